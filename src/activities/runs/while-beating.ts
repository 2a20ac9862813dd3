import { heartbeat } from '@temporalio/activity';

/** Often enough that the death of a worker is noticed in seconds, see the heartbeat timeouts in workflows. */
const BEAT_MS = 1_000;

/** The activity beats until the work has ended. The Web UI shows the details of the last beat. */
export async function whileBeating<Result>(
  work: () => Promise<Result>,
  details?: () => unknown,
): Promise<Result> {
  const beating = setInterval(() => heartbeat(details?.()), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beating);
  }
}
