import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Decider } from '../../domain/sessions/commands.js';

export function deciderOf(principal: Principal, origin: Origin): Decider {
  const via = principal.via === 'console' ? 'console' : 'api';
  return { userId: principal.userId, via, ...origin };
}
