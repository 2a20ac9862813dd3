import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';

export { cotSession } from '../../src/workflows/sessions/cot-session.js';

interface BareActivities {
  nothing(): Promise<void>;
  answer(): Promise<void>;
  called(): Promise<void>;
}

const { nothing, answer, called } = proxyActivities<BareActivities>({
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

export const goOn = defineUpdate('goOn');

/** An Update, then an activity: a gate without anything of the product's. */
export async function bareGate(): Promise<void> {
  let isApproved = false;
  setHandler(goOn, () => void (isApproved = true));
  await condition(() => isApproved);
  await called();
}
