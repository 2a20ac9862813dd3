import type { Explanation } from '../../contracts/notifications/explain.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Db } from '../../db/base/sql.js';
import {
  findPair,
  listKeysOfPair,
  listRunsOfPair,
  listOutcomesOfPair,
  type Pair,
} from '../../db/notifications/explain.js';
import { readSettings } from '../../db/notifications/settings.js';
import { omit } from '../../domain/omit.js';
import { explainWords } from '../../domain/notifications/explain-words.js';
import { channels, type EarlierKey, type Language } from '../../domain/notifications/planning-facts.js';
import { planOffice, type OfficePlan } from '../../domain/notifications/planning.js';
import type { ThresholdRule } from '../../domain/notifications/thresholds.js';

type Now = NonNullable<Explanation['now']>;

/** Explains why a person was, or was not, notified of a deadline: from stored facts, and by the planning itself. */
export async function explain(
  db: Db,
  {
    staffId,
    deadlineId,
    nowMs,
    language,
  }: {
    readonly staffId: string;
    readonly deadlineId: string;
    readonly nowMs: number;
    /** Of the summary. */
    readonly language: Language;
  },
): Promise<Explanation> {
  const pair = await findPair(db, staffId, deadlineId);
  if (pair === undefined) {
    throw new Refusal('not_found', { detail: 'There is no such person with such a deadline in one office.' });
  }
  const [earlier, { thresholds, overdue }, runs, outcomes] = [
    await listKeysOfPair(db, staffId, deadlineId),
    await readSettings(db),
    await listRunsOfPair(db, pair.officeId, deadlineId),
    await listOutcomesOfPair(db, staffId, deadlineId),
  ];
  const now = nowOf(pair, { earlier, deadlineId, nowMs, rule: { days: thresholds, overdue } });
  const { title, dueOn, state, critical } = pair;
  return {
    staff_id: staffId,
    deadline_id: deadlineId,
    office_id: pair.officeId,
    summary: summaryOf(pair, now, language),
    deadline: { title, due_on: dueOn, state, critical },
    now,
    runs: runs.map(({ today, standing, ...run }) => ({
      ...run,
      standing:
        today === null || standing === null
          ? null
          : {
              date: today,
              days_left: standing.daysLeft,
              threshold: standing.threshold,
              next_on: standing.nextOn,
            },
      told: outcomes.filter((each) => each.run_id === run.job_id).map((each) => omit(each, 'run_id')),
    })),
  };
}

interface Asked {
  readonly earlier: readonly EarlierKey[];
  readonly deadlineId: string;
  readonly nowMs: number;
  readonly rule: ThresholdRule;
}

function nowOf(pair: Pair, { earlier, deadlineId, nowMs, rule }: Asked): Now | null {
  const { officeId, timeZone, title, dueOn, critical, staff } = pair;
  const deadlines = [{ id: deadlineId, title, dueOn, critical }];
  const office = { id: officeId, name: '', timeZone, staff: [staff], deadlines, earlier };
  try {
    return viewOf(pair, planOffice(office, { thresholds: rule, asOfMs: nowMs }));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function viewOf(pair: Pair, plan: OfficePlan): Now {
  const [standing] = plan.standings;
  const barrier = barrierOf(pair);
  return {
    date: plan.today,
    days_left: standing?.daysLeft ?? 0,
    threshold: standing?.threshold ?? null,
    next_on: standing?.nextOn ?? null,
    channels: channels.map((channel) => {
      const message = plan.messages.find((each) => each.channel === channel);
      const exclusion = plan.exclusions.find((each) => each.channel === channel);
      if (barrier !== null) return { channel, would_send: false, reason: barrier, detail: null };
      if (message !== undefined) {
        const { heldUntil } = message;
        const reason = heldUntil === null ? null : 'quiet_hours';
        return { channel, would_send: heldUntil === null, reason, detail: heldUntil };
      }
      const reason = exclusion?.reason ?? 'no_threshold';
      return { channel, would_send: false, reason, detail: exclusion?.detail ?? null };
    }),
  };
}

/** Reasons that hold everything back before the planning. */
function barrierOf({ state, officeIsActive, personIsActive }: Pair): string | null {
  if (state !== 'open') return 'deadline_closed';
  if (!officeIsActive) return 'office_inactive';
  return personIsActive ? null : 'person_inactive';
}

function summaryOf({ timeZone }: Pair, now: Now | null, language: Language): string {
  const words = explainWords[language];
  if (now === null) return words.unknownZone(timeZone);
  return words.join(
    now.channels.map(({ channel, would_send, reason }) => [
      words.channels[channel],
      would_send ? words.wouldSend : (words.sentences[reason ?? ''] ?? reason ?? ''),
    ]),
  );
}
