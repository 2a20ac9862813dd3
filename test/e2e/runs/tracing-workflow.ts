import { proxyActivities } from '@temporalio/workflow';

const { greet } = proxyActivities<{ greet(input: { name: string }): Promise<string> }>({
  startToCloseTimeout: '10s',
});

/** The smallest workflow that has everything a trace should show. */
export async function tracedGreeting(input: { name: string }): Promise<string> {
  return greet(input);
}
