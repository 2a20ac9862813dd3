import { proxyActivities } from '@temporalio/workflow';

export { cotSession } from '../../src/workflows/sessions/cot-session.js';

const { nothing, answer } = proxyActivities<{ nothing(): Promise<void>; answer(): Promise<void> }>({
  taskQueue: 'llm',
  startToCloseTimeout: '1m',
});

/** As many activities in a row as a session of five phases has steps, and nothing else. */
export async function bareSteps(): Promise<void> {
  for (let step = 0; step < 15; step += 1) await nothing();
}

/** An activity after the other, each as long as an answer of a model, until somebody ends it. */
export async function bareAnswers(): Promise<void> {
  for (let step = 0; step < 1_000; step += 1) await answer();
}
