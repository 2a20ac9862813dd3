import type { Origin, Principal } from '../contracts/principal.js';
import type { Decider } from '../domain/session-commands.js';

export function deciderOf(principal: Principal, origin: Origin): Decider {
  const via = principal.via === 'console' ? 'console' : 'api';
  return { userId: principal.userId, via, ...origin };
}
