/**
 * For a process whose supervisor opened a channel. It closes with the supervisor, also by kill -9, and this process
 * ends at once. It drains nothing, because the next start needs its port now. Every step of ours survives the sudden
 * end of its process. Without a supervisor it does nothing.
 */
export function exitWithParent(): void {
  // The supervisor went while this process still loaded its code: the event has come and gone.
  if (process.connected === false) process.exit(1);
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', () => process.exit(1));
  // The channel alone keeps no process alive that has drained.
  process.channel.unref();
}
