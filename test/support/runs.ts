import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { newId } from '../../src/contracts/ids.js';
import { taskQueues, workflowIdOf } from '../../src/contracts/names.js';
import type { Principal } from '../../src/contracts/users/principal.js';
import type { GenerateReportInput } from '../../src/contracts/reports/report.js';
import { insertRun, type NewRun, type RunRow } from '../../src/db/runs/runs.js';
import { sectionsOf } from '../../src/domain/reports/sections.js';
import { createRunControl } from '../../src/platform/temporal/run-control.js';

export function newReportRun(owner: Principal, more: Partial<NewRun> = {}): NewRun {
  const id = more.id ?? newId('job');
  const title = more.title ?? 'Activity';
  const input: GenerateReportInput = {
    runId: id,
    title,
    format: 'json',
    subject: { type: 'activity', hours: 24 },
    viewer: { userId: owner.userId, role: owner.role },
    sections: sectionsOf('activity', 'json'),
    reuse: null,
  };
  return {
    id,
    kind: 'report',
    ownerId: owner.userId,
    title,
    input: { type: 'activity', format: 'json', params: { hours: 24 } },
    workflowInput: { ...input },
    workflowId: workflowIdOf('report', id),
    workflowType: 'generateReport',
    taskQueue: taskQueues.flow,
    ...more,
  };
}

export function givenRun(pool: pg.Pool, owner: Principal, more: Partial<NewRun> = {}): Promise<RunRow> {
  return insertRun(pool, newReportRun(owner, more));
}

export async function endRun(
  pool: pg.Pool,
  id: string,
  status = 'completed',
  at = new Date().toISOString(),
): Promise<void> {
  await pool.query('update runs set status = $2, finished_at = $3 where id = $1', [id, status, at]);
}

/** The row and its workflow, as the API leaves them behind. */
export async function startRun(pool: pg.Pool, client: Client, run: NewRun): Promise<void> {
  await insertRun(pool, run);
  await createRunControl(client).launch(run);
}
