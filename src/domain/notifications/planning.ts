import { localDateAt } from './local-time.js';
import {
  channels,
  type Channel,
  type DeadlineFacts,
  type EarlierKey,
  type OfficeFacts,
  type PlanSettings,
  type StaffFacts,
} from './planning-facts.js';
import { quietUntil } from './quiet-hours.js';
import { standingOf, type DeadlineStanding } from './thresholds.js';

/**
 * The messages of an office, and the people left out, with the reason. Pure: a dry run and a real one come to the
 * same.
 *
 * P1. A threshold is sent once to a recipient over a channel for a due date. A moved due date makes new ones.
 * P2. Earlier deliveries that will never be sent (held until now, or left behind by a run that ended) are replaced.
 * P3. A critical deadline ignores mutes. A channel that is switched off stays off, and quiet hours hold for all.
 */
export interface PlannedItem {
  readonly deadlineId: string;
  readonly title: string;
  readonly dueOn: string;
  readonly daysLeft: number;
  readonly threshold: number;
  readonly critical: boolean;
}

export interface PlannedMessage {
  readonly staff: StaffFacts;
  readonly channel: Channel;
  readonly recipient: string;
  readonly items: readonly PlannedItem[];
  /** RFC 3339; null: it goes out now. */
  readonly heldUntil: string | null;
  /** Deliveries that this one takes the place of. */
  readonly replaces: readonly string[];
}

export const exclusionReasons = [
  'channel_disabled',
  'address_suppressed',
  'no_subscription',
  'muted',
  'held',
  'already_sent',
  'already_planned',
  'outcome_unknown',
  'failed_before',
  'changed_since_plan',
  'not_in_plan',
] as const;
export type ExclusionReason = (typeof exclusionReasons)[number];

export interface Exclusion {
  readonly staffId: string;
  readonly deadlineId: string;
  readonly channel: Channel;
  readonly threshold: number;
  readonly reason: ExclusionReason;
  /** A moment or a delivery that the reason rests on. */
  readonly detail: string | null;
}

export interface OfficePlan {
  readonly today: string;
  readonly standings: readonly (DeadlineStanding & { readonly deadlineId: string })[];
  readonly messages: readonly PlannedMessage[];
  readonly exclusions: readonly Exclusion[];
}

export function planOffice(office: OfficeFacts, settings: PlanSettings): OfficePlan {
  const today = localDateAt(office.timeZone, settings.asOfMs);
  const standings = office.deadlines.map((deadline) => ({
    deadlineId: deadline.id,
    ...standingOf(deadline.dueOn, today, settings.thresholds),
  }));
  const due = office.deadlines.flatMap((deadline, index) => dueItem(deadline, standings[index]!));
  const earlier = new Map(office.earlier.map((key) => [keyOf(key), key]));
  const plan = { messages: [] as PlannedMessage[], exclusions: [] as Exclusion[] };
  for (const staff of due.length === 0 ? [] : office.staff) {
    for (const channel of channels) {
      const recipients = channel === 'email' ? [staff.id] : staff.subscriptionIds;
      if (recipients.length === 0) {
        const reason = staff[channel].enabled ? 'no_subscription' : 'channel_disabled';
        exclude(plan.exclusions, due, { staff, channel, reason });
      }
      for (const recipient of recipients) {
        const planned = planRecipient({ staff, channel, recipient, due, earlier }, office, settings);
        plan.messages.push(...planned.messages);
        plan.exclusions.push(...planned.exclusions);
      }
    }
  }
  return { today, standings, ...plan };
}

function dueItem(deadline: DeadlineFacts, standing: DeadlineStanding): PlannedItem[] {
  const { daysLeft, threshold } = standing;
  if (threshold === null) return [];
  const { id, title, dueOn, critical } = deadline;
  return [{ deadlineId: id, title, dueOn, daysLeft, threshold, critical }];
}

interface RecipientFacts {
  readonly staff: StaffFacts;
  readonly channel: Channel;
  readonly recipient: string;
  readonly due: readonly PlannedItem[];
  readonly earlier: ReadonlyMap<string, EarlierKey>;
}

function planRecipient(
  facts: RecipientFacts,
  office: OfficeFacts,
  { asOfMs }: PlanSettings,
): { messages: PlannedMessage[]; exclusions: Exclusion[] } {
  const { staff, channel, recipient, due } = facts;
  const quietEnd = quietUntil(staff.quietHours, office.timeZone, asOfMs);
  const heldUntil = quietEnd === undefined ? null : new Date(quietEnd).toISOString();
  const exclusions: Exclusion[] = [];
  const planned: { item: PlannedItem; replaces: string | null }[] = [];
  for (const item of due) {
    const earlier = facts.earlier.get(keyOf({ ...item, recipient, channel }));
    const refusal = refusalOf(item, facts, { earlier, asOfMs, isQuiet: heldUntil !== null });
    if (refusal === null) planned.push({ item, replaces: earlier?.deliveryId ?? null });
    else exclude(exclusions, [item], { staff, channel, ...refusal });
  }
  const groups = staff.digest && planned.length > 0 ? [planned] : planned.map((each) => [each]);
  const messages = groups.map((group) => ({
    staff,
    channel,
    recipient,
    heldUntil,
    items: group.map(({ item }) => item),
    replaces: [...new Set(group.flatMap(({ replaces }) => (replaces === null ? [] : [replaces])))],
  }));
  return { messages, exclusions };
}

interface Refusal {
  readonly reason: ExclusionReason;
  readonly detail?: string | null;
}

interface Now {
  readonly earlier: EarlierKey | undefined;
  readonly asOfMs: number;
  readonly isQuiet: boolean;
}

function refusalOf(
  item: PlannedItem,
  { staff, channel }: RecipientFacts,
  { earlier, asOfMs, isQuiet }: Now,
): Refusal | null {
  const { enabled, muteUntil } = staff[channel];
  if (!enabled) return { reason: 'channel_disabled' };
  if (channel === 'email' && staff.suppressed !== null) {
    return { reason: 'address_suppressed', detail: staff.suppressed };
  }
  const isMuted = muteUntil !== null && Date.parse(muteUntil) > asOfMs;
  if (earlier !== undefined) {
    const before = refusalByEarlier(earlier, isQuiet);
    if (before !== null) return { reason: before, detail: earlier.deliveryId };
  }
  return isMuted && !item.critical ? { reason: 'muted', detail: muteUntil } : null;
}

/** Null: what there was before does not stand in the way, and is replaced. */
function refusalByEarlier({ status, abandoned }: EarlierKey, isQuiet: boolean): ExclusionReason | null {
  switch (status) {
    case 'held':
      return isQuiet ? 'held' : null;
    case 'planned':
      return abandoned ? null : 'already_planned';
    case 'sending':
      return abandoned ? 'outcome_unknown' : 'already_planned';
    case 'sent':
      return 'already_sent';
    case 'unknown':
      return 'outcome_unknown';
    case 'failed':
      return 'failed_before';
    case 'skipped':
      return null;
  }
}

function exclude(
  exclusions: Exclusion[],
  items: readonly PlannedItem[],
  { staff, channel, reason, detail = null }: Refusal & { staff: StaffFacts; channel: Channel },
): void {
  for (const { deadlineId, threshold } of items) {
    exclusions.push({ staffId: staff.id, deadlineId, channel, threshold, reason, detail });
  }
}

function keyOf(
  key: Pick<EarlierKey, 'deadlineId' | 'recipient' | 'channel' | 'threshold' | 'dueOn'>,
): string {
  return [key.deadlineId, key.recipient, key.channel, key.threshold, key.dueOn].join(' ');
}
