import { settleBadEnds, watchBadEnds } from '../../../src/activities/runs/bad-ends.js';
import { settleRun } from '../../../src/activities/runs/settle.js';
import { listOpenRunsOf } from '../../../src/db/runs/maintenance.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  entriesOf,
  eventTypesOf,
  scriptedModel,
  startSession,
  stepsOf,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { createApiUser, principalOf, type TestUser } from '../../support/people.js';

/** People end the session's workflow at Temporal while it waits and cannot project anything. */
const database = useDatabase();
const temporal = useTemporal();
const rig = { database, temporal };
const api = useApi({
  database,
  temporal,
});
let analyst: TestUser;
let admin: TestUser;
beforeAll(async () => {
  analyst = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});

const workflowIdOf = (id: string): string => `cot-session:${id}`;
const handleOf = (id: string) => temporal.client.workflow.getHandle(workflowIdOf(id));
const deps = () => ({ pool: database.pool, control: createRunControl(temporal.client) });

/** As the API shows it: what the maintenance writes is not the workflow's own progress. */
const untilShown = (id: string, status: string): Promise<unknown> =>
  waitUntil(
    async () => {
      const { body } = await api.send(`/api/v1/cot-sessions/${id}/progress`, { token: analyst.token });
      return body['status'] === status;
    },
    { what: `session ${id} to be shown as ${status}`, timeoutMs: 60_000 },
  );

/** As a worker process does it. */
async function watching(work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const errors: unknown[] = [];
  const watch = watchBadEnds(deps(), {
    signal: stop.signal,
    onError: (error) => void errors.push(error),
  });
  try {
    await work();
  } finally {
    stop.abort();
    await watch;
    expect(errors).toEqual([]);
  }
}

test('a session that is terminated at its gate has ended, and its gate with it', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, principalOf(analyst));
    await untilGate(rig, id, 1);
    await watching(async () => {
      await handleOf(id).terminate('by the test');
      await untilShown(id, 'failed');
    });
    expect((await eventTypesOf(rig, id)).at(-1)).toBe('session.failed');
    const gates = await api.send('/api/v1/gates', { token: analyst.token });
    expect(gates.body['items']).toEqual([]);
  });
});

test('many processes that look are one request', async () => {
  await database.pool.query('delete from maintenance_turns');
  let asked = 0;
  const control = { ...deps().control, listBadEnds: () => Promise.resolve(((asked += 1), [])) };
  await Promise.all(Array.from({ length: 5 }, () => settleBadEnds({ pool: database.pool, control })));
  expect(asked).toBe(1);
});

test('the readers of a session that is reset at its gate follow the new workflow run by themselves', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, principalOf(analyst));
    await untilGate(rig, id, 1);
    const { runId } = await handleOf(id).describe();
    const { events } = await handleOf(id).fetchHistory();
    const point = (events ?? []).filter((each) => each.workflowTaskCompletedEventAttributes).at(-1);
    await watching(async () => {
      const reset = await temporal.client.workflowService.resetWorkflowExecution({
        namespace: temporal.namespace,
        workflowExecution: { workflowId: workflowIdOf(id), runId },
        workflowTaskFinishEventId: point?.eventId ?? null,
        requestId: id,
        reason: 'by the test',
      });
      await waitUntil(
        async () => {
          const { rows } = await database.pool.query<{ told: { runId: string } }>(
            'select told from sessions where run_id = $1',
            [id],
          );
          return rows[0]?.told.runId === reset.runId;
        },
        { what: 'the readers follow', timeoutMs: 60_000 },
      );
    });
    await untilGate(rig, id, 1);
  });
});

test('a session whose workflow is lost is revived by an administrator, and nothing is paid twice', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, principalOf(analyst));
    await untilGate(rig, id, 1);
    const revive = (user: TestUser) =>
      api.send(`/api/v1/cot-sessions/${id}/revive`, {
        method: 'POST',
        token: user.token,
        body: { reason: 'Temporal was set up anew' },
      });
    expect((await revive(admin)).body).toMatchObject({ status: 409, code: 'conflict' });
    await temporal.client.workflowService.deleteWorkflowExecution({
      namespace: temporal.namespace,
      workflowExecution: { workflowId: workflowIdOf(id) },
    });
    const { control } = deps();
    await waitUntil(async () => (await control.inspect(workflowIdOf(id))).kind === 'not_found', {
      what: 'the workflow is gone',
      timeoutMs: 60_000,
    });
    const [run] = await listOpenRunsOf(database.pool, [workflowIdOf(id)]);
    expect(await settleRun(deps(), run!, { kind: 'not_found' })).toBe('flag');
    await untilShown(id, 'needs_attention');

    const command = (path: string, body: object) =>
      api.send(path, { method: 'POST', token: analyst.token, body });
    const { body: inbox } = await api.send('/api/v1/gates', { token: analyst.token });
    const [gate] = inbox['items'] as { id: string; outputDigest: string }[];
    const { outputDigest } = gate!;
    for (const refused of [
      await command(`/api/v1/cot-sessions/${id}/cancel`, {}),
      await command(`/api/v1/gates/${gate!.id}/decide`, { decision: 'approve', outputDigest }),
    ]) {
      expect(refused.body).toMatchObject({
        status: 409,
        code: 'workflow_lost',
        detail: expect.stringContaining(`sluice session revive ${id}`) as string,
        links: { revive: `/api/v1/cot-sessions/${id}/revive` },
        current: { status: 'needs_attention' },
      });
    }

    expect((await revive(analyst)).status).toBe(403);
    expect((await revive(admin)).body).toMatchObject({ status: 'waiting_approval' });
    await waitUntil(async () => (await control.inspect(workflowIdOf(id))).kind === 'open', {
      what: 'the new workflow',
    });
    for (const phase of [1, 2]) {
      await untilGate(rig, id, phase);
      const answer = await api.send(`/api/v1/cot-sessions/${id}/proceed-next-phase`, {
        method: 'POST',
        token: analyst.token,
        body: {},
      });
      expect(answer.status).toBe(200);
    }
    await untilStatus(rig, id, 'completed');
    expect(model.calls).toHaveLength(9);
    expect(await stepsOf(rig, id)).toHaveLength(9);
    expect(await entriesOf(rig, id)).toContainEqual(
      expect.objectContaining({ action: 'revived', actor_id: admin.id, reason: 'Temporal was set up anew' }),
    );
    expect((await revive(admin)).body).toMatchObject({ code: 'already_finished' });
  });
});

test('a model stops when the run of its step was ended by somebody else', async () => {
  let hasStopped = false;
  const model = scriptedModel(
    (request) =>
      new Promise((_resolve, reject) => {
        request.signal?.addEventListener('abort', () => {
          hasStopped = true;
          reject(new Error('aborted'));
        });
      }),
  );
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, principalOf(analyst));
    await waitUntil(() => Promise.resolve(model.calls.length > 0), { what: 'the call' });
    await database.pool.query(`update runs set status = 'failed', finished_at = now() where id = $1`, [id]);
    await waitUntil(() => Promise.resolve(hasStopped), { what: 'the model stops', timeoutMs: 60_000 });
    expect(await handleOf(id).result()).toMatchObject({ status: 'canceled' });
  });
});
