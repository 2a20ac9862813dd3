import { newId } from '../../../src/contracts/ids.js';
import { taskQueues, workflowIdOf } from '../../../src/contracts/names.js';
import { runKinds } from '../../../src/contracts/run-kinds.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import type { NewRun } from '../../../src/db/runs/runs.js';
import { givenUser } from '../../support/people.js';
import { newReportRun, startRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { detailsOf, seeingActivities, type SeenActivity } from '../../support/workers/seen-activities.js';
import { withWorker, type TestParts } from '../../support/workers/worker.js';

/** The details of a job in the Temporal Web UI at each step. A dead worker is noticed within its heartbeat. */
const database = useDatabase();
const temporal = useTemporal();

async function watched(run: NewRun, parts: TestParts = {}) {
  const seen: SeenActivity[] = [];
  const activities = seeingActivities(temporal.client, seen);
  return withWorker(database, temporal, { ...parts, activities }, async () => {
    await startRun(database.pool, temporal.client, run);
    const handle = temporal.client.workflow.getHandle(run.workflowId);
    await handle.result();
    return { seen, end: await detailsOf(handle) };
  });
}

const onceEach = (seen: readonly SeenActivity[]): SeenActivity[] => [
  ...new Map(seen.map((each) => [`${each.name} ${each.details}`, each])).values(),
];
const step = { heartbeatMs: 5_000, attempts: 20 };
const gathering = {
  ...step,
  name: 'gatherSection',
  details: '**Gathering** runs, sessions, steps, waiting, usage, failures',
};

test('a report says what it opens, gathers and writes, and then that it is completed', async () => {
  const { seen, end } = await watched(newReportRun(await givenUser(database.pool)));
  expect(onceEach(seen)).toEqual([
    { ...step, name: 'openReport', details: '**Opening** what the report speaks of' },
    gathering,
    { ...step, name: 'renderReport', details: '**Writing** it as json' },
  ]);
  expect(end).toBe('**completed**');
});

test('a report with gaps names what is missing as it is written; one without anything says why it failed', async () => {
  const owner = await givenUser(database.pool);
  const failing = (...sections: string[]) => ({
    gather: ((sources, asked) =>
      sections.length === 0 || sections.includes(asked.section)
        ? Promise.reject(new Error('away'))
        : gatherSection(sources, asked)) satisfies typeof gatherSection,
  });
  const gaps = await watched(newReportRun(owner), failing('usage', 'steps'));
  expect(gaps.seen.at(-1)).toMatchObject({
    name: 'renderReport',
    details: '**Writing** it as json, without steps, usage',
  });
  const nothing = await watched(newReportRun(owner), failing());
  expect(nothing.seen.at(-1)?.name).toBe('gatherSection');
  expect(nothing.end).toBe('**failed**: The step gatherSection failed and its retries are used up.');
});

test('an export of the audit log says that it writes, and is tried three times', async () => {
  const { userId: ownerId } = await givenUser(database.pool);
  const id = newId('job');
  const { seen, end } = await watched({
    id,
    kind: 'audit-export',
    ownerId,
    title: 'Audit log',
    input: {},
    workflowInput: { runId: id, format: 'ndjson', filters: { includeDeleted: false } },
    workflowId: workflowIdOf('audit-export', id),
    workflowType: runKinds['audit-export'].workflowType,
    taskQueue: taskQueues.flow,
  });
  expect(seen).toEqual([
    {
      name: 'writeAuditExport',
      details: '**Writing** the entries with their chain',
      heartbeatMs: 60_000,
      attempts: 3,
    },
  ]);
  expect(end).toBe('**completed**');
});
