import { gatherSection } from '../../../src/db/reports/gather-section.js';
import { givenUser } from '../../support/people.js';
import { newReportRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { policiesOf, summariesOf } from '../../support/workers/scheduled-activities.js';
import { watchRun, type SeenActivity } from '../../support/workers/seen-activities.js';

/** The details of a report in the Temporal Web UI at each step. A dead worker is noticed within its heartbeat. */
const rig = { database: useDatabase(), temporal: useTemporal() };
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
  const run = newReportRun(await givenUser(rig.database.pool));
  const { seen, end } = await watchRun(rig, run);
  expect(onceEach(seen)).toEqual([
    { ...step, name: 'openReport', details: '**Opening** what the report speaks of' },
    gathering,
    { ...step, name: 'renderReport', details: '**Writing** it as json' },
  ]);
  expect(end).toBe('**completed**');
  const handle = rig.temporal.client.workflow.getHandle(run.workflowId);
  expect(await summariesOf(handle)).toEqual([
    'activity',
    'runs',
    'sessions',
    'steps',
    'waiting',
    'usage',
    'failures',
    'json',
  ]);
  const reading = '300 s, a beat in 5 s; 20 tries, 1 s × 3 up to 10 s';
  expect(await policiesOf(handle)).toEqual({
    openReport: reading,
    gatherSection: reading,
    renderReport: '900 s, a beat in 5 s; 20 tries, 1 s × 3 up to 10 s',
  });
});

test('a report with gaps names what is missing as it is written; one without anything says why it failed', async () => {
  const owner = await givenUser(rig.database.pool);
  const failing = (...sections: string[]) => ({
    gather: ((sources, asked) =>
      sections.length === 0 || sections.includes(asked.section)
        ? Promise.reject(new Error('away'))
        : gatherSection(sources, asked)) satisfies typeof gatherSection,
  });
  const gaps = await watchRun(rig, newReportRun(owner), failing('usage', 'steps'));
  expect(gaps.seen.at(-1)).toMatchObject({
    name: 'renderReport',
    details: '**Writing** it as json, without steps, usage',
  });
  const nothing = await watchRun(rig, newReportRun(owner), failing());
  expect(nothing.seen.at(-1)?.name).toBe('gatherSection');
  expect(nothing.end).toBe('**failed**: The step gatherSection failed and its retries are used up.');
});
