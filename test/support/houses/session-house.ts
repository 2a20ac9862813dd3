import type { Principal } from '../../../src/contracts/users/principal.js';
import { useDatabase } from '../servers/database.js';
import { useTemporal } from '../servers/temporal.js';
import { commandsOf } from '../sessions/asks.js';
import { scriptedModel, withWorkers, type SessionRig, type WorkerOptions } from '../sessions/fixture.js';
import { givenUser } from '../people.js';

/** A database, a Temporal namespace, a person with sessions, and workers that run only while a test asks for them. */
export interface SessionHouse extends SessionRig {
  readonly owner: Principal;
  /** The owner's commands, as the API sends them. */
  readonly ask: ReturnType<typeof commandsOf>;
  /** Runs workers whose model answers `answer 1`, `answer 2` and so on. */
  during(work: () => Promise<void>): Promise<void>;
}

export function useSessions(options: WorkerOptions = {}): SessionHouse {
  const rig = { database: useDatabase(), temporal: useTemporal() };
  let owner: Principal | undefined;
  beforeAll(async () => {
    owner = await givenUser(rig.database.pool);
  });
  const present = (): Principal => {
    if (owner === undefined) throw new Error('the owner comes with beforeAll');
    return owner;
  };
  return {
    ...rig,
    get owner() {
      return present();
    },
    get ask() {
      return commandsOf({ userId: present().userId, via: 'api', requestId: 'req_test' });
    },
    during(work) {
      const model = scriptedModel((_request, call) => `answer ${call}`);
      return withWorkers(rig, model, work, options);
    },
  };
}
