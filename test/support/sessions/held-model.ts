import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../wait-until.js';
import { scriptedModel } from './fixture.js';

/** A model that answers after `answersInMs`. It holds one call, or all from it on, until it is released. */
export function heldAt(held: number, { onwards = false, answersInMs = 0 } = {}) {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const model = scriptedModel(async (_request, call) => {
    const isHeld = onwards ? call >= held : call === held;
    await (isHeld ? released : sleep(answersInMs));
    return `answer ${call}`;
  });
  const reached = (call = held): Promise<unknown> =>
    waitUntil(() => Promise.resolve(model.calls.length >= call), { what: `call ${call} of the model` });
  return { model, release, reached };
}
