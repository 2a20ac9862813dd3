import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { findGate, listWaitingGates } from '../../db/sessions/gates.js';
import { decideRunGate } from '../../operations/notifications/decide-run-gate.js';
import { approveGates } from '../../operations/sessions/approve-gates.js';
import type { SessionCommandClient } from '../../operations/sessions/command-session.js';
import { decideGate } from '../../operations/sessions/decide-gate.js';
import { deciderOf } from '../../operations/sessions/decider.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';

/** Deciding at gates, one or many. */
export function createGateRoutes(client: SessionCommandClient): Route[] {
  return [decideRoute(client), bulkRoute(client)];
}

/** A gate is a session's or a job's. */
function decideRoute(client: SessionCommandClient): Route {
  return implement(
    sessionRoutes.decideGate,
    async ({ params: { id }, body, principal, origin, commandId }, db) => {
      const gate = await findGate(db, id, principal);
      if (gate === undefined)
        return reply(200, await decideRunGate(client, db, { id, body, principal, commandId }));
      return reply(200, await decideGate(client, db, { gate, body, principal, origin, commandId }));
    },
  );
}

function bulkRoute(client: SessionCommandClient): Route {
  return implement(sessionRoutes.bulkApproveGates, async ({ body, principal, origin, commandId }, db) => {
    if (body.dryRun) {
      const gates = await listWaitingGates(db, principal, { phase: body.phase, template: body.template });
      return reply(200, { dryRun: true, gates });
    }
    if (body.gates === undefined) {
      const errors = [{ path: 'gates', message: 'name the gates and digests that the preview showed' }];
      throw new Problem('validation_error', { errors });
    }
    const by = deciderOf(principal, origin);
    const comment = body.comment ?? null;
    const results = await approveGates(client, body.gates, { db, viewer: principal, by, comment, commandId });
    return reply(200, { dryRun: false, results });
  });
}
