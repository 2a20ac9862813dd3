import { waitUntil } from './wait-until.js';

/** A place where work waits until it is released. `reached` ends when the first has come there. */
export function createHold(what: string) {
  let isReached = false;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const pass = async (): Promise<void> => {
    isReached = true;
    await released;
  };
  const reached = (): Promise<unknown> => waitUntil(() => Promise.resolve(isReached), { what });
  return { pass, reached, release };
}
