import { patched, setCurrentDetails } from '@temporalio/workflow';
import { event } from '../../contracts/event-data.js';
import type { NotifyCounts } from '../../contracts/notifications/workflow.js';
import { describeRun, progressOfRun } from '../../domain/notifications/run-progress.js';
import { runs } from '../runs/proxies.js';

/** In older histories the projections of offices in flight race, and older counts may come last. */
const TELLS_IN_ORDER = 'progress-is-told-in-order';

/** Tells a run's readers its counts. A projection waits for the one before it, so the newest counts come last. */
export class ProgressTeller {
  readonly #isInOrder = patched(TELLS_IN_ORDER);
  readonly #runId: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(runId: string) {
    this.#runId = runId;
  }

  tell(counts: NotifyCounts, totalOffices: number): Promise<unknown> {
    const { offices, sent, failed } = counts;
    const progress = progressOfRun(counts, totalOffices);
    setCurrentDetails(describeRun(counts, totalOffices));
    const project = () =>
      runs.projectRun({
        runId: this.#runId,
        dedupKey: `offices:${offices}:${sent}:${failed}`,
        progress,
        events: [event('job.progress', progress)],
      });
    if (!this.#isInOrder) return project();
    this.#last = this.#last.then(project);
    return this.#last;
  }
}
