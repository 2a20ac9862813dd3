import { setImmediate } from 'node:timers/promises';
import { newId } from '../../contracts/ids.js';
import type { PlanChunkInput, PlanChunkReply } from '../../contracts/notifications/workflow.js';
import { messageIdOf } from '../../crypto/delivery-key.js';
import type { PreferenceLinks } from '../../crypto/preference-links.js';
import type { Tx } from '../../db/base/transaction.js';
import { readChunk } from '../../db/notifications/planning-reads.js';
import {
  dropOutlivedHolds,
  insertDeliveries,
  insertExclusions,
  insertPlannedOffices,
  replaceDeliveries,
  type NewDelivery,
  type PlannedOffice,
} from '../../db/notifications/planning-writes.js';
import { readShownPlans, type ShownPlans } from '../../db/notifications/shown-plans.js';
import { keepShown, shownMessage, type Drifted } from '../../domain/notifications/drift.js';
import { momentOf } from '../../domain/notifications/local-time.js';
import {
  planOffice,
  type Exclusion,
  type OfficePlan,
  type PlannedMessage,
} from '../../domain/notifications/planning.js';
import type { OfficeFacts } from '../../domain/notifications/planning-facts.js';
import {
  pushUrgency,
  renderMail,
  renderPush,
  type NoticeFacts,
} from '../../domain/notifications/render-notice.js';
import { QueryMeter, runMetered } from '../../platform/query-meter.js';

/**
 * Plans some offices and commits what is to be sent, rendered, before a byte of it goes out.
 *
 * C1. A dry run comes to the same plan and writes no delivery and no key.
 * C2. An office that cannot be planned fails by itself and is named; the others are planned.
 * C3. Messages are written so many at a time: what is in memory does not grow with the number of staff.
 */
export interface PlanningDeps {
  readonly links: PreferenceLinks;
  /** Of the Message-ID. */
  readonly mailHost: string;
}

const ROWS = 500;
const NOON = 12 * 60;

export async function planChunk(tx: Tx, deps: PlanningDeps, input: PlanChunkInput): Promise<PlanChunkReply> {
  const meter = new QueryMeter();
  const { offices, totalOffices, hasMore, shown } = await runMetered(meter, async () => {
    const facts = await readChunk(tx, input);
    const ids = facts.offices.map((office) => office.id);
    return { ...facts, shown: await readShownPlans(tx, input.planRunId, ids) };
  });
  const writer = new ChunkWriter(tx, deps, input);
  for (const [index, office] of offices.entries()) {
    await writer.office(office, planOf(office, input, shown));
    if (index % 20 === 19) await setImmediate();
  }
  await writer.finish();
  const last = offices.at(-1);
  return {
    officeIds: writer.toSend,
    planned: offices.length,
    failed: writer.failed,
    next: hasMore && last !== undefined ? last.id : null,
    totalOffices,
    queries: meter.queries,
  };
}

type Planned = { readonly plan: OfficePlan; readonly drift: readonly Drifted[] } | { readonly error: string };

function planOf(office: OfficeFacts, input: PlanChunkInput, shown: ShownPlans): Planned {
  const { asOf, rules, planRunId, heldOnly } = input;
  try {
    const asOfMs = momentAt(asOf, office.timeZone);
    const thresholds = { days: rules.thresholds, overdue: rules.overdue };
    const plan = planOffice(office, { thresholds, asOfMs });
    if (heldOnly) return { plan: onlyReplacing(plan), drift: [] };
    return planRunId === undefined ? { plan, drift: [] } : keepShown(plan, shown.get(office.id) ?? []);
  } catch (error) {
    // A time zone that no longer exists, most likely. The office is named, and nobody else is affected.
    return { error: error instanceof Error ? error.message.slice(0, 300) : 'it cannot be planned' };
  }
}

/** Deliveries in place of earlier ones; the rest is left to the next ordinary run. */
function onlyReplacing(plan: OfficePlan): OfficePlan {
  const messages = plan.messages.filter((message) => message.replaces.length > 0);
  return { ...plan, messages, exclusions: [] };
}

/** A date stands for its noon by the clocks of the office. */
function momentAt(asOf: string, zone: string): number {
  return asOf.length === 10 ? momentOf(zone, asOf, NOON) : Date.parse(asOf);
}

class ChunkWriter {
  readonly toSend: string[] = [];
  failed = 0;
  readonly #offices: PlannedOffice[] = [];
  readonly #officeIds: string[] = [];
  #deliveries: NewDelivery[] = [];
  #exclusions: (Exclusion & { readonly officeId: string })[] = [];
  #replaced: string[] = [];
  readonly #tx: Tx;
  readonly #deps: PlanningDeps;
  readonly #input: PlanChunkInput;

  constructor(tx: Tx, deps: PlanningDeps, input: PlanChunkInput) {
    this.#tx = tx;
    this.#deps = deps;
    this.#input = input;
  }

  async office(office: OfficeFacts, planned: Planned): Promise<void> {
    this.#officeIds.push(office.id);
    if ('error' in planned) {
      this.failed += 1;
      this.#offices.push({ ...emptyOffice(office), status: 'failed', error: planned.error });
      return;
    }
    const { plan, drift } = planned;
    const now = plan.messages.filter((message) => message.heldUntil === null);
    const email = now.filter((message) => message.channel === 'email').length;
    const isToSend = now.length > 0 && !this.#input.dryRun;
    if (isToSend) this.toSend.push(office.id);
    this.#offices.push({
      ...emptyOffice(office),
      status: isToSend ? 'planned' : 'done',
      email,
      push: now.length - email,
      held: plan.messages.length - now.length,
      facts: { today: plan.today, asOf: this.#input.asOf, standings: plan.standings, drift },
      plan: this.#input.dryRun ? this.#shownPlan(office, plan) : null,
    });
    for (const each of plan.exclusions) this.#exclusions.push({ ...each, officeId: office.id });
    if (!this.#input.dryRun) {
      for (const message of plan.messages) {
        this.#replaced.push(...message.replaces);
        this.#deliveries.push(this.#deliveryOf(office, plan.today, message));
        if (this.#deliveries.length >= ROWS) await this.#flush();
      }
    }
    if (this.#exclusions.length >= ROWS) await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await insertPlannedOffices(this.#tx, this.#input.runId, this.#offices);
    if (this.#input.dryRun) return;
    const { asOf } = this.#input;
    const moment = asOf.length === 10 ? `${asOf}T12:00:00Z` : asOf;
    await dropOutlivedHolds(this.#tx, this.#officeIds, moment);
  }

  async #flush(): Promise<void> {
    const deliveries = this.#deliveries;
    const exclusions = this.#exclusions;
    const replaced = this.#replaced;
    this.#deliveries = [];
    this.#exclusions = [];
    this.#replaced = [];
    // Before the new ones: a key is taken once.
    await replaceDeliveries(this.#tx, replaced, 'replaced');
    await insertDeliveries(this.#tx, deliveries);
    await insertExclusions(this.#tx, this.#input.runId, exclusions);
  }

  #deliveryOf(office: OfficeFacts, today: string, message: PlannedMessage): NewDelivery {
    const { staff, channel, recipient, items, heldUntil } = message;
    const facts = noticeOf(this.#deps, office, message);
    const key = { channel, recipient, localDate: today, items };
    return {
      id: newId('delivery'),
      runId: this.#input.runId,
      officeId: office.id,
      staffId: staff.id,
      channel,
      recipient,
      status: heldUntil === null ? 'planned' : 'held',
      nextEligibleAt: heldUntil,
      messageId: messageIdOf(key, this.#deps.mailHost),
      localDate: today,
      items,
      facts,
      content: contentOf(message, facts),
    };
  }

  /** The subject of an approval, with a message as it would arrive. */
  #shownPlan(office: OfficeFacts, plan: OfficePlan): object {
    const [first] = plan.messages;
    const sample = first && {
      office_id: office.id,
      staff_id: first.staff.id,
      channel: first.channel,
      ...sampleOf(first, noticeOf(this.#deps, office, first)),
    };
    return { messages: plan.messages.map(shownMessage), sample: sample ?? null };
  }
}

function emptyOffice({ id, name }: OfficeFacts): PlannedOffice {
  const counts = { email: 0, push: 0, held: 0 };
  return { officeId: id, name, status: 'done', ...counts, error: null, facts: {}, plan: null };
}

function noticeOf(
  { links }: PlanningDeps,
  office: OfficeFacts,
  { staff, items }: PlannedMessage,
): NoticeFacts {
  return {
    office: office.name,
    name: staff.name,
    language: staff.language,
    items,
    links: { preferences: links.preferences(staff.id), unsubscribe: links.unsubscribe(staff.id) },
  };
}

function contentOf({ channel, staff, items }: PlannedMessage, facts: NoticeFacts): object {
  if (channel === 'email') return { address: staff.address, ...renderMail(facts) };
  return { payload: renderPush(facts), urgency: pushUrgency(items) };
}

function sampleOf({ channel }: PlannedMessage, facts: NoticeFacts) {
  const { subject, text, html } = renderMail(facts);
  return channel === 'email' ? { subject, text, html } : { subject, text, html: null };
}
