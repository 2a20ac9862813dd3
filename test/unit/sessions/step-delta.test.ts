import { readableSessions } from '../../../src/api/sessions/events.js';
import { eventSchema } from '../../../src/contracts/events.js';
import { packDeltas, unpackDeltas, type StepDelta } from '../../../src/contracts/sessions/delta.js';
import type { EventMessage } from '../../../src/api/events/event-message.js';

const delta: StepDelta = {
  runId: 'ses_1',
  stepId: 'step_1',
  attempt: 3,
  try: 2,
  generation: 1,
  offset: 4,
  text: 'word',
};

test('a delta comes out of its payload as it went in, redo and retry apart', () => {
  const last = { ...delta, text: '', end: true } as const;
  const unread = { ...delta, offset: 0, text: '', unread: true } as const;
  expect(packDeltas([delta, last, unread]).flatMap(unpackDeltas)).toEqual([delta, last, unread]);
});

test('step.delta carries the redo as attempt and the retry as try, like every other step event', () => {
  const taken: EventMessage[] = [];
  const text = {
    attach: (_runId: string, reader: (piece: StepDelta) => boolean) => {
      reader(delta);
      return { again: () => undefined, end: () => undefined };
    },
  };
  readableSessions(text).live?.('ses_1', (message) => taken.push(message) > 0);
  const body = taken[0]?.body;
  expect(body).toMatchObject({ type: 'step.delta', stepId: 'step_1', attempt: 3, try: 2, generation: 1 });
  expect(eventSchema.parse(body)).toEqual(body);
  expect(body).not.toHaveProperty('pos');
});
