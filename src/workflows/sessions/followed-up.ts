import { condition } from '@temporalio/workflow';

/**
 * Ends when everything that came with this activation has been followed up. The promise lets the other jobs be
 * applied. The SDK asks a condition again when no microtask is left.
 */
export async function followedUp(): Promise<void> {
  await Promise.resolve();
  let asked = 0;
  await condition(() => asked++ > 0);
}
