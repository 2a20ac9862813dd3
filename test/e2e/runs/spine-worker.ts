import type { ReportActivities } from '../../../src/contracts/reports/report.js';
import { runIdOfResult } from '../../../src/domain/runs/object-key.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import type { ObjectStore } from '../../../src/platform/objects/object-store.js';
import { testObjects } from '../../support/servers/object-stores.js';
import { runWorkerProgram, say } from '../../support/workers/worker-program.js';
import { testActivities } from '../../support/workers/worker.js';

/**
 * The worker prints each place that it reaches as `<id of the job>: <place>`. STOPS
 * names a place for some jobs. A job stops there, so that a test can kill the worker. A place named after
 * something done (`gathered runs`) is committed, and Temporal does not know it.
 */
const stops = JSON.parse(process.env['STOPS'] ?? '{}') as Record<string, string>;

async function at(runId: string, place: string): Promise<void> {
  say(`${runId}: ${place}`);
  if (stops[runId] === place) await new Promise(() => undefined);
}

function watched(flow: ReportActivities): ReportActivities {
  return {
    async openReport(input) {
      await at(input.runId, 'opening');
      const basis = await flow.openReport(input);
      await at(input.runId, 'opened');
      return basis;
    },
    async gatherSection(input) {
      const content = await flow.gatherSection(input);
      await at(input.runId, `gathered ${input.section}`);
      return content;
    },
    gatherQuery: (input) => flow.gatherQuery(input),
    async renderReport(input) {
      await at(input.runId, 'rendering');
      const result = await flow.renderReport(input);
      await at(input.runId, 'rendered');
      return result;
    },
  };
}

const store = testObjects();
const objects: ObjectStore = {
  ...store,
  put: (key, content, options) =>
    store.put(
      key,
      (async function* () {
        yield* content;
        // All is written, and nothing is in its place.
        await at(runIdOfResult(key) ?? '', 'storing');
      })(),
      options,
    ),
};

await runWorkerProgram(({ pool, client }) => {
  const activities = testActivities(pool, client, {
    objects,
    gather: async (sources, asked) => {
      await at(asked.runId, `gathering ${asked.section}`);
      return gatherSection(sources, asked);
    },
  });
  const flow = { ...activities.flow, ...watched(activities.flow as ReportActivities) };
  return { queues: ['flow'], activities: { ...activities, flow } };
});
