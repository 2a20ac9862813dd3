import { createCalls } from '../../src/client/calls.js';
import { noteAnswer } from '../live/live';
import { signedOut } from './me';
import { isUnsettled } from './problem';
import type { OperationId } from './types';

export { addressOf } from '../../src/client/calls.js';

/** The operations of the API, signed by the cookie of this page. The cache of queries repeats the reads itself. */
export const { call, send } = createCalls({
  fetch: reach,
  repeats: (problem, method) => method !== 'GET' && isUnsettled(problem),
});

/** For a hook of any operation: its caller names the operation, which types the input. */
export const callAny = call as unknown as (id: OperationId, input: object) => Promise<unknown>;

/** Tells the live mark and the frame what every answer says: its time, or that nobody is signed in. */
async function reach(address: string | URL | Request, init?: RequestInit): Promise<Response> {
  const answer = await fetch(address, init);
  if (answer.ok) noteAnswer();
  if (answer.status === 401) signedOut();
  return answer;
}
