import { proxyActivities } from '@temporalio/workflow';

export { cotSession } from '../../src/workflows/sessions/cot-session.js';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({
  taskQueue: 'llm',
  startToCloseTimeout: '1m',
});

/** As many activities in a row as a session of five phases has steps, and nothing else. */
export async function bareSteps(): Promise<void> {
  for (let step = 0; step < 15; step += 1) await nothing();
}
