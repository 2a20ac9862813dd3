import { projectRun } from '../../../src/db/runs/events.js';
import { findStored } from '../../../src/db/runs/runs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { runStatuses, type RunStatus } from '../../../src/domain/runs/status.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { useJobHouse } from '../../support/houses/job-house.js';

const house = useJobHouse();
const { api, database, temporal, post, ended, working } = house;

/** Everything that a reader can see of a job. */
async function seen(id: string): Promise<unknown[]> {
  const as = { token: house.ana.token };
  const events = { ...as, headers: { Accept: 'application/json' } };
  const job = await api.send(`/jobs/${id}`, as);
  const result = await api.send(`/jobs/${id}/result`, as);
  return [
    [job.status, job.text, job.headers.etag],
    [result.status, result.text.replace(/"requestId":"\w+"/, '')],
    (await api.send(`/jobs/${id}/events`, events)).text,
  ];
}

const finished: Record<'SUCCESS' | 'FAILED' | 'CANCELED', () => Promise<string>> = {
  SUCCESS: async () => {
    const id = await post({ format: 'csv', params: { hours: 1 } });
    await working(() => ended(id));
    return id;
  },
  FAILED: async () => {
    const id = await post();
    await working(() => ended(id), { gather: () => Promise.reject(new Error('no')) });
    return id;
  },
  CANCELED: async () => {
    const id = await post();
    await api.send(`/jobs/${id}`, { token: house.ana.token, method: 'DELETE' });
    return id;
  },
};

test.each(['SUCCESS', 'FAILED', 'CANCELED'] as const)(
  'a job that ended as %s stays what it is, whatever is delivered again',
  async (state) => {
    const id = await finished[state]();
    const before = await seen(id);
    expect(before[0]).toEqual([200, expect.stringContaining(`"state":"${state}"`), expect.any(String)]);
    await working(async () => {
      const run = await findStored(database.pool, id);
      if (run === undefined) throw new Error('the run is gone');
      await createRunControl(temporal.client).launch(run);
      await temporal.client.workflow
        .getHandle(run.workflowId)
        .result()
        .catch(() => undefined);
      for (const workflow of ['sweepUnstartedRuns', 'reconcileRuns']) {
        const workflowId = `${workflow}-${id}`;
        await temporal.client.workflow.execute(workflow, { taskQueue: 'flow', workflowId });
      }
    });
    for (const status of runStatuses) await project(id, status);
    const deletes = await Promise.all(
      Array.from({ length: 5 }, () => api.send(`/jobs/${id}`, { token: house.ana.token, method: 'DELETE' })),
    );
    expect(deletes.map((answer) => [answer.status, answer.body['code']])).toEqual(
      deletes.map(() => [409, 'already_finished']),
    );
    expect(await seen(id)).toEqual(before);
  },
);

/** Projects a status as a worker does that was cut off long ago or runs twice. */
function project(runId: string, status: RunStatus): Promise<unknown> {
  const result = { key: 'other', sha256: '', bytes: 1, contentType: 'text/plain', filename: 'other' };
  const events = [{ type: 'job.progress', data: { percent: 1 } }] as const;
  return withTransaction(database.pool, (tx) =>
    projectRun(tx, {
      runId,
      dedupKey: `late:${status}`,
      status,
      result,
      events,
      progress: { percent: 1 },
      error: { code: 'late', message: 'late' },
    }),
  );
}
