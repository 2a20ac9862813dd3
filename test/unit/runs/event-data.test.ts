import { event, eventNames, storedEvents, type EventData } from '../../../src/contracts/event-data.js';
import { eventSchema, type ParsedEventData } from '../../../src/contracts/events.js';
import { decisionChannels } from '../../../src/domain/sessions/state.js';
import { subscribableEvents } from '../../../src/contracts/webhooks/events.js';

/** Without what zod cannot say: read-only members, and optional members that may not be present as undefined. */
type Plain<Value> = Value extends (...args: never[]) => unknown
  ? Value
  : Value extends readonly (infer Item)[]
    ? Plain<Item>[]
    : Value extends object
      ? { -readonly [Member in keyof Value]: Plain<Value[Member]> | Optional<Value, Member> }
      : Value;
type Optional<Value, Member extends keyof Value> = undefined extends Value[Member]
  ? undefined
  : object extends Pick<Value, Member>
    ? undefined
    : never;

type Same<Left, Right> = [Plain<Left>] extends [Plain<Right>]
  ? [Plain<Right>] extends [Plain<Left>]
    ? true
    : false
  : false;
type Drifted = {
  [Name in keyof EventData]: Same<EventData[Name], ParsedEventData[Name]> extends true ? never : Name;
}[keyof EventData];

test('the types of events and their schemas say the same, in both directions', () => {
  const drifted: readonly Drifted[] = [];
  const sameNames: Same<keyof EventData, keyof ParsedEventData> = true;
  expect([drifted, sameNames]).toEqual([[], true]);
  // @ts-expect-error A member that one side lacks is drift.
  const lacking: Same<EventData['job.failed'], Omit<ParsedEventData['job.failed'], 'error'>> = true;
  // @ts-expect-error So is a member that may be null on one side alone.
  const nullable: Same<EventData['job.started'], { state: 'PROCESSING' | null }> = true;
  expect([lacking, nullable]).toEqual([true, true]);
});

test('the constructor takes the data of its event alone', () => {
  expect(event('job.canceled', { state: 'CANCELED' })).toEqual({
    type: 'job.canceled',
    data: { state: 'CANCELED' },
  });
  // @ts-expect-error The data of another event.
  event('job.canceled', { state: 'FAILED', error: 'no', errorCode: 'no' });
  // @ts-expect-error A name that no event has.
  event('job.exploded', {});
});

test('readers, webhooks and the schema know the same names', () => {
  const [reminded, redone] = ['gate.reminded', 'session.redone'];
  expect(eventNames).toEqual(expect.arrayContaining([reminded, redone]));
  expect(subscribableEvents).toEqual(['*', ...storedEvents, 'webhook.disabled']);
  expect(eventNames.filter((name) => !storedEvents.includes(name))).toEqual(['snapshot', 'step.delta']);
  const ended = { at: 'now', pos: 1, type: 'job.failed', state: 'FAILED', error: 'no', errorCode: 'gone' };
  expect(eventSchema.safeParse(ended).success).toBe(true);
  expect(eventSchema.safeParse({ ...ended, type: 'job.exploded' }).success).toBe(false);
  expect(eventSchema.safeParse({ ...ended, error: null }).success).toBe(false);
});

test('a decision comes by four ways, and by no other', () => {
  const decided = {
    gateId: 'g',
    phase: 1,
    attempt: 1,
    digest: 'd',
    decision: 'approve',
    by: null,
    comment: null,
  };
  const isEvent = (via: string): boolean =>
    eventSchema.safeParse({ at: 'now', pos: 1, type: 'gate.decided', ...decided, via }).success;
  expect(decisionChannels.map(isEvent)).toEqual([true, true, true, true]);
  expect(['api', 'console', 'signal', 'timeout', 'mail', ''].map(isEvent)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
