import type { Exclusion, OfficePlan, PlannedMessage } from './planning.js';
import type { Channel } from './planning-facts.js';

/** The part of a dry run's message that shows whether it is still the same. */
export interface ShownMessage {
  readonly staffId: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly address: string;
  readonly items: readonly {
    readonly deadlineId: string;
    readonly title: string;
    readonly dueOn: string;
    readonly threshold: number;
  }[];
}

/** Messages that differ from the shown ones, and so are not sent. */
export interface Drifted {
  readonly kind: 'dropped' | 'changed' | 'added';
  readonly staffId: string;
  readonly channel: Channel;
  readonly deadlineIds: readonly string[];
  readonly reason: string;
}

export function shownMessage({ staff, channel, recipient, items }: PlannedMessage): ShownMessage {
  return {
    staffId: staff.id,
    channel,
    recipient,
    address: channel === 'email' ? staff.address : recipient,
    items: items.map(({ deadlineId, title, dueOn, threshold }) => ({ deadlineId, title, dueOn, threshold })),
  };
}

/**
 * D1. Only what was shown is sent, and only while it still holds: a person approved these messages and no others.
 * D2. A drifted message is named, with the reason, and left to the next ordinary run.
 */
export function keepShown(
  plan: OfficePlan,
  shown: readonly ShownMessage[],
): { readonly plan: OfficePlan; readonly drift: readonly Drifted[] } {
  const before = new Map(shown.map((message) => [keyOf(message), message]));
  const messages: PlannedMessage[] = [];
  const exclusions = [...plan.exclusions];
  const drift: Drifted[] = [];
  for (const message of plan.messages) {
    const now = shownMessage(message);
    const was = before.get(keyOf(now));
    before.delete(keyOf(now));
    if (was !== undefined && isSame(was, now)) {
      messages.push(message);
      continue;
    }
    const kind = was === undefined ? 'added' : 'changed';
    const reason = was === undefined ? 'not_in_plan' : 'changed_since_plan';
    drift.push(driftOf(kind, now, reason));
    exclusions.push(...message.items.map((item) => excluded(message, item, reason)));
  }
  for (const gone of before.values()) drift.push(driftOf('dropped', gone, reasonOf(gone, plan.exclusions)));
  return { plan: { ...plan, messages, exclusions }, drift };
}

function driftOf(kind: Drifted['kind'], message: ShownMessage, reason: string): Drifted {
  const { staffId, channel, items } = message;
  return { kind, staffId, channel, deadlineIds: items.map((item) => item.deadlineId), reason };
}

function excluded(
  { staff, channel }: PlannedMessage,
  { deadlineId, threshold }: { readonly deadlineId: string; readonly threshold: number },
  reason: 'not_in_plan' | 'changed_since_plan',
): Exclusion {
  return { staffId: staff.id, deadlineId, channel, threshold, reason, detail: null };
}

/** The reason that it is not sent now: the plan's, or a deadline or person that is gone. */
function reasonOf(gone: ShownMessage, exclusions: readonly Exclusion[]): string {
  const found = exclusions.find(
    (each) =>
      each.staffId === gone.staffId &&
      each.channel === gone.channel &&
      gone.items.some((item) => item.deadlineId === each.deadlineId),
  );
  return found?.reason ?? 'no_longer_due';
}

/** The message's identity: its first deadline distinguishes messages where there is no digest. */
function keyOf({ channel, recipient, items }: ShownMessage): string {
  return [channel, recipient, ...items.map((item) => item.deadlineId).sort()].join(' ');
}

function isSame(was: ShownMessage, now: ShownMessage): boolean {
  const text = ({ address, items }: ShownMessage): string =>
    JSON.stringify([address, items.map((i) => [i.deadlineId, i.title, i.dueOn, i.threshold]).sort()]);
  return text(was) === text(now);
}
