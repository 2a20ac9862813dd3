import type { Pool } from 'pg';
import type { DeadlineRunResult } from '../../contracts/notifications/deadline-run.js';
import type { FinishNotificationsInput } from '../../contracts/notifications/workflow.js';
import { countExclusions, listExclusions } from '../../db/notifications/exclusions.js';
import {
  listDrift,
  listFailedOffices,
  listRunOffices,
  listSamples,
  readTotals,
  type RunOffice,
} from '../../db/notifications/run-offices.js';

const PAGE = 1_000;
const MOST_EXCLUSIONS = 1_000;
const SAMPLES = 10;

/**
 * The result as JSON text, a page of offices at a time: thousands of offices are never whole in memory. A dry run
 * counts planned messages in the same members in which a real run counts sent ones.
 */
export async function* resultOf(
  pool: Pool,
  { runId, dryRun, queries, durationMs, stoppedBy }: FinishNotificationsInput,
): AsyncGenerator<string> {
  const totals = await readTotals(pool, runId);
  const failed = await listFailedOffices(pool, runId);
  const head: Omit<DeadlineRunResult, 'offices' | 'excluded' | 'exclusions' | 'samples' | 'drift'> = {
    dry_run: dryRun,
    email_sent: dryRun ? totals.planned_email : totals.email_sent,
    email_failed: totals.email_failed,
    push_sent: dryRun ? totals.planned_push : totals.push_sent,
    push_failed: totals.push_failed,
    held: totals.held,
    unknown: totals.unknown,
    offices_processed: totals.offices,
    offices_failed: failed,
    queries,
    duration_ms: durationMs,
    stopped_by: stoppedBy ?? null,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"offices":[`;
  for (let after = ''; ;) {
    const page = await listRunOffices(pool, runId, { after, limit: PAGE });
    const served = page
      .filter((office) => office.status === 'done')
      .map((office) => officeOf(office, dryRun));
    if (served.length > 0)
      yield `${after === '' ? '' : ','}${served.map((each) => JSON.stringify(each)).join(',')}`;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.office_id;
  }
  yield `],${JSON.stringify(await tailOf(pool, runId, dryRun)).slice(1)}\n`;
}

function officeOf(office: RunOffice, dryRun: boolean): DeadlineRunResult['offices'][number] {
  const { office_id, email_failed, push_failed, held, unknown, planned_email, planned_push } = office;
  return {
    office_id,
    email_sent: dryRun ? planned_email : office.email_sent,
    push_sent: dryRun ? planned_push : office.push_sent,
    push_failed,
    email_failed,
    held,
    unknown,
  };
}

async function tailOf(
  pool: Pool,
  runId: string,
  dryRun: boolean,
): Promise<Pick<DeadlineRunResult, 'excluded' | 'exclusions' | 'samples' | 'drift'>> {
  const [excluded, exclusions, drifted, samples] = [
    await countExclusions(pool, runId),
    await listExclusions(pool, runId, MOST_EXCLUSIONS),
    await listDrift(pool, runId),
    dryRun ? await listSamples(pool, runId, SAMPLES) : [],
  ];
  const drift = drifted.flatMap(({ office_id, drift: each }) =>
    each.map(({ kind, staffId, channel, deadlineIds, reason }) => ({
      kind,
      office_id,
      staff_id: staffId,
      channel,
      deadline_ids: [...deadlineIds],
      reason,
    })),
  );
  return {
    excluded,
    exclusions,
    samples: samples.map(({ sample }) => sample as DeadlineRunResult['samples'][number]),
    drift,
  };
}
