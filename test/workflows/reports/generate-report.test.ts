import { ApplicationFailure } from '@temporalio/common';
import { failureTypes } from '../../../src/contracts/errors.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import type { RunOutcome } from '../../../src/contracts/runs/run.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import { listEventsAfter, type StoredEvent } from '../../../src/db/runs/event-reads.js';
import { projectRun } from '../../../src/db/runs/events.js';
import { findRun, insertRun, type NewRun, type RunRow } from '../../../src/db/runs/runs.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { sectionsOf } from '../../../src/domain/reports/sections.js';
import { isFinal } from '../../../src/domain/runs/status.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { useDatabase } from '../../support/servers/database.js';
import { contentOf } from '../../support/servers/object-stores.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { withWorker, type TestWorkerOptions } from '../../support/workers/worker.js';
import { createHold } from '../../support/hold.js';
import { storeHistory } from '../../support/store-history.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import { givenUser } from '../../support/people.js';

const SECTIONS = sectionsOf('activity', 'json');

const database = useDatabase();
const temporal = useTemporal();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});

async function reread(id: string): Promise<RunRow> {
  const run = await findRun(database.pool, { viewer: owner, id });
  if (run === undefined) throw new Error('the run is gone');
  return run;
}

const finished = (id: string): Promise<RunRow> =>
  waitUntil(
    async () => {
      const run = await reread(id);
      return isFinal(run.status) && run;
    },
    { what: `${id} ends` },
  );

const eventsOf = (id: string): Promise<StoredEvent[]> =>
  listEventsAfter(database.pool, id, { after: 0, limit: 1_000 });

async function expectGapless(id: string): Promise<void> {
  const positions = (await eventsOf(id)).map((event) => event.pos);
  expect(positions).toEqual(positions.map((_, index) => index + 1));
  expect((await reread(id)).lastPos).toBe(positions.length);
}

const started = async (run: NewRun): Promise<NewRun> => {
  await startRun(database.pool, temporal.client, run);
  return run;
};

/** As the sweeper does it: the row ends, and the workflow does not hear of it. */
const endFromOutside = (run: NewRun): Promise<unknown> =>
  withTransaction(database.pool, (tx) =>
    projectRun(tx, {
      runId: run.id,
      dedupKey: 'ended-from-outside',
      status: 'canceled',
      events: [{ type: 'job.canceled', data: { state: 'CANCELED' } }],
    }),
  );

/** Sections are gathered when they are released. */
function heldGathering() {
  const { pass, reached, release } = createHold('the step runs');
  const gather: typeof gatherSection = async (sources, asked) => {
    await pass();
    return gatherSection(sources, asked);
  };
  return { gather, reached, release };
}

const outcomeOf = (run: NewRun): Promise<RunOutcome> =>
  temporal.client.workflow.getHandle(run.workflowId).result() as Promise<RunOutcome>;

describe.each<[string, TestWorkerOptions]>([
  ['cached workflows', {}],
  ['every workflow task replayed', { limits: { maxCachedWorkflows: 0 } }],
])('with %s', (_name, cache) => {
  const running = <Result>(options: TestWorkerOptions, work: () => Promise<Result>): Promise<Result> =>
    withWorker(database, temporal, { ...cache, ...options }, work);

  test('a report is gathered, rendered and published, and its events follow in order', async () => {
    await running({}, async () => {
      const run = await started(newReportRun(owner));
      const outcome = await outcomeOf(run);
      expect(outcome).toMatchObject({ status: 'completed', result: { filename: 'Activity.json' } });
      await storeHistory(temporal.client, run.workflowId, 'generateReport');
      const done = await reread(run.id);
      expect(done).toMatchObject({ status: 'completed', progress: { percent: 100 }, error: null });
      expect(done.result?.contentType).toBe('application/json; charset=utf-8');
      const content = await contentOf(done.result);
      expect(JSON.parse(content.toString())).toMatchObject({
        title: 'Activity',
        scope: 'own',
        completedWithGaps: false,
        sections: SECTIONS.map((name) => ({ name, status: 'complete' })),
      });
      const events = await eventsOf(run.id);
      const progress = ['open', ...SECTIONS, 'render'].map(() => 'job.progress');
      expect(events.map((event) => event.type)).toEqual(['job.started', ...progress, 'job.completed']);
      const percents = events.flatMap(({ data }) => ('percent' in data ? [data['percent']] : []));
      expect(percents).toEqual([5, 18, 30, 43, 55, 68, 80, 95]);
      await expectGapless(run.id);
    });
  });

  test('a step that fails once is tried again and the job ends well', async () => {
    let tries = 0;
    const gather: typeof gatherSection = (sources, asked) => {
      tries += 1;
      return tries < 2 ? Promise.reject(new Error('the network blinked')) : gatherSection(sources, asked);
    };
    await running({ gather }, async () => {
      const run = await started(newReportRun(owner));
      expect((await outcomeOf(run)).status).toBe('completed');
      expect(tries).toBe(SECTIONS.length + 1);
      await expectGapless(run.id);
    });
  });

  test('a step whose retries are used up fails the job with a safe error, and a dead letter keeps every try', async () => {
    const gather = (): Promise<never> => Promise.reject(new Error('password=hunter2 at /var/lib'));
    await running({ gather }, async () => {
      const run = await started(newReportRun(owner));
      const error = {
        code: 'step_failed',
        message: 'The step gatherSection failed and its retries are used up.',
      };
      expect(await outcomeOf(run)).toEqual({ status: 'failed', error });
      await storeHistory(temporal.client, run.workflowId, 'generateReport', 'failed');
      expect((await reread(run.id)).error).toEqual(error);
      const { rows } = await database.pool.query<{
        input: unknown;
        errors: { step: string; try: number; message: string }[];
      }>('select input, errors from dead_letters where run_id = $1', [run.id]);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.input).toEqual(run.input);
      const tries = rows[0]?.errors.map((error) => `${error.step} ${error.try} ${error.message}`);
      expect(tries?.sort()).toEqual(
        SECTIONS.flatMap((name) =>
          [1, 2, 3].map((each) => `section:${name} ${each} password=hunter2 at /var/lib`),
        ).sort(),
      );
      expect(JSON.stringify(await eventsOf(run.id))).not.toContain('hunter2');
      await expectGapless(run.id);
    });
  });

  test('a section that cannot be gathered is missing in the report, which says so, and the job ends well', async () => {
    const gather: typeof gatherSection = (sources, asked) =>
      asked.section === 'usage'
        ? Promise.reject(new Error('password=hunter2'))
        : gatherSection(sources, asked);
    await running({ gather }, async () => {
      const run = await started(newReportRun(owner));
      expect((await outcomeOf(run)).status).toBe('completed');
      await storeHistory(temporal.client, run.workflowId, 'generateReport', 'gaps');
      const { result } = await reread(run.id);
      const reason = 'The step usage failed and its retries are used up.';
      expect(result?.sections?.filter((section) => section.status === 'missing')).toEqual([
        { name: 'usage', title: 'Tokens and cost', status: 'missing', error: reason },
      ]);
      const content = (await contentOf(result)).toString();
      const report = JSON.parse(content) as { completedWithGaps: boolean; sections: object[] };
      expect(report.completedWithGaps).toBe(true);
      expect(report.sections).toContainEqual({
        name: 'usage',
        title: 'Tokens and cost',
        status: 'missing',
        error: reason,
        data: null,
      });
      expect(content).not.toContain('hunter2');
      const letters = await database.pool.query('select 1 from dead_letters where run_id = $1', [run.id]);
      expect(letters.rowCount).toBe(0);
      await expectGapless(run.id);
    });
  });

  test('a step that is refused as hopeless is tried once, says why, and leaves no dead letter', async () => {
    let tries = 0;
    const gather = (): Promise<never> => {
      tries += 1;
      return Promise.reject(
        ApplicationFailure.nonRetryable('There is no such window.', failureTypes.invalidInput),
      );
    };
    await running({ gather }, async () => {
      const run = await started(newReportRun(owner));
      await outcomeOf(run);
      expect(await reread(run.id)).toMatchObject({
        status: 'failed',
        error: { code: 'invalid_input', message: 'There is no such window.' },
      });
      expect(tries).toBe(SECTIONS.length);
      const letters = await database.pool.query('select 1 from dead_letters where run_id = $1', [run.id]);
      expect(letters.rowCount).toBe(0);
    });
  });

  test('a job that is canceled in the middle of a step ends as canceled, with that as its last event', async () => {
    const { gather, release, reached } = heldGathering();
    await running({ gather }, async () => {
      const run = await started(newReportRun(owner));
      await reached();
      await temporal.client.workflow.getHandle(run.workflowId).cancel();
      expect((await finished(run.id)).status).toBe('canceled');
      release();
      expect((await outcomeOf(run)).status).toBe('canceled');
      await storeHistory(temporal.client, run.workflowId, 'generateReport', 'canceled');
      expect((await eventsOf(run.id)).at(-1)?.type).toBe('job.canceled');
      await expectGapless(run.id);
    });
  });

  test('a job that was canceled in the queue does nothing when its workflow begins', async () => {
    let gathered = 0;
    const gather: typeof gatherSection = (sources, asked) => {
      gathered += 1;
      return gatherSection(sources, asked);
    };
    const run = await started(newReportRun(owner));
    await endFromOutside(run);
    await running({ gather }, async () => {
      expect(await outcomeOf(run)).toEqual({ status: 'canceled', reason: 'the run had ended before' });
      expect(gathered).toBe(0);
      expect((await eventsOf(run.id)).map((event) => event.type)).toEqual(['job.canceled']);
    });
  });

  test('a job that is ended from outside while it gathers stops there, and keeps that end', async () => {
    const { gather, release, reached } = heldGathering();
    await running({ gather }, async () => {
      const run = await started(newReportRun(owner));
      await reached();
      await endFromOutside(run);
      release();
      expect(await outcomeOf(run)).toEqual({ status: 'canceled', reason: 'the run was ended from outside' });
      expect((await reread(run.id)).status).toBe('canceled');
      expect((await eventsOf(run.id)).at(-1)?.type).toBe('job.canceled');
    });
  });

  test('starts of the same run at once are one workflow, and a start after its end starts nothing', async () => {
    await running({}, async () => {
      const run = newReportRun(owner);
      await insertRun(database.pool, run);
      const control = createRunControl(temporal.client);
      await Promise.all(Array.from({ length: 5 }, () => control.launch(run)));
      await outcomeOf(run);
      const handle = temporal.client.workflow.getHandle(run.workflowId);
      const first = (await handle.describe()).runId;
      await control.launch(run);
      expect((await handle.describe()).runId).toBe(first);
      expect((await eventsOf(run.id)).filter((event) => event.type === 'job.completed')).toHaveLength(1);
    });
  });
});
