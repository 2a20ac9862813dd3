import { cancellationSignal } from '@temporalio/activity';

/** Waits, at most until the try is taken back. */
export function abortable(ms: number): Promise<void> {
  const signal = cancellationSignal();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
