/** A terminal and npm both pass one Ctrl-C on: what follows this soon is the same wish. */
const SAME_WISH_MS = 700;

/** Calls `stop` for the first request to stop, and again, in a hurry, for a later one. */
export function onStopRequest(stop: (hurry: boolean) => void): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (firstAt !== undefined && now - firstAt < SAME_WISH_MS) return;
      stop(firstAt !== undefined);
      firstAt ??= now;
    });
  }
}
