import { waitUntil } from '../wait-until.js';
import { scriptedModel } from './fixture.js';

/** A model that answers at once, but holds one call until it is released. */
export function heldAt(held: number) {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const model = scriptedModel(async (_request, call) => {
    if (call === held) await released;
    return `answer ${call}`;
  });
  const isReached = (): Promise<boolean> => Promise.resolve(model.calls.length >= held);
  const reached = (): Promise<unknown> => waitUntil(isReached, { what: `call ${held} of the model` });
  return { model, release, reached };
}
