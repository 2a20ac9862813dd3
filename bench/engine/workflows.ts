import { proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';

interface Steps {
  step(): Promise<void>;
}

const options = { startToCloseTimeout: '10s', retry: { maximumAttempts: 3 } } as const;
const regular = proxyActivities<Steps>(options);
const withoutEager = proxyActivities<Steps>({ ...options, allowEagerDispatch: false });
const local = proxyLocalActivities<Steps>(options);

/** A session as an engine sees it: one step after the other. */
export async function regularSession(steps: number): Promise<void> {
  for (let done = 0; done < steps; done += 1) await regular.step();
}

/** Waits, one after the other. */
export async function timerSession(timers: number, ms: number): Promise<void> {
  for (let done = 0; done < timers; done += 1) await sleep(ms);
}

export async function sessionWithoutEagerDispatch(steps: number): Promise<void> {
  for (let done = 0; done < steps; done += 1) await withoutEager.step();
}

export async function localSession(steps: number): Promise<void> {
  for (let done = 0; done < steps; done += 1) await local.step();
}
