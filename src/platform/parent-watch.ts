/**
 * For a process that a supervisor starts with a channel: the channel closes when the supervisor is gone, also by kill -9,
 * and then this process ends at once. It drains nothing: whoever starts next needs its port now, and every step of ours
 * survives the sudden end of its process. Without a supervisor it does nothing.
 */
export function exitWithParent(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', () => process.exit(1));
  // The channel alone keeps no process alive that has drained.
  process.channel.unref();
}
