import type { Pool } from 'pg';
import { z, type ZodType } from 'zod';
import type { Client } from '@temporalio/client';
import {
  continueBody,
  proceedBody,
  progressSchema,
  reasonBody,
  redoBody,
  stepTriggerBody,
} from '../../contracts/sessions/session.js';
import { idSchema } from '../../contracts/ids.js';
import type { ProblemCode } from '../../contracts/problems.js';
import { keepGiven } from '../../db/sessions/given-content.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import type { Db } from '../../db/base/sql.js';
import { refusalOf, type SessionCommand } from '../../domain/sessions/commands.js';
import { commandRoute, reply, type AnyRoute, type Reply, type SignedCall } from '../http/route.js';
import { raiseSessionBudget } from './raise-budget.js';
import { commandSession, finishedProblem } from './command.js';
import { deciderOf } from './decider.js';
import { previewRerun, requirePhase } from './rerun.js';
import { operationId, ownedSession } from './sessions.js';

export interface SessionCommandDeps {
  readonly pool: Pool;
  readonly temporal: Client;
}

type Given<Body> = SignedCall<{ id: string }, unknown, Body> & { commandId: string };

interface CommandSpec<Body extends ZodType> {
  path: string;
  name: string;
  summary: string;
  body: Body;
  problems: readonly ProblemCode[];
  /** Gives the command, or the answer when there is nothing to command. */
  prepare: (call: Given<z.output<Body>>, session: OwnedSession, db: Db) => Promise<SessionCommand | Reply>;
}

type Define = <Body extends ZodType>(spec: CommandSpec<Body>) => AnyRoute;

/** What a person asks of a running session. Each answers once the workflow accepted or refused it. */
export function createSessionCommandRoutes(deps: SessionCommandDeps, base: string): AnyRoute[] {
  const define: Define = (spec) =>
    commandRoute({
      method: 'POST',
      path: `${base}/:id/${spec.path}`,
      operationId: operationId(spec.name, base),
      summary: spec.summary,
      tag: 'sessions',
      access: 'user',
      params: z.object({ id: idSchema('session') }),
      body: spec.body,
      bodyOptional: true,
      responses: { 200: { description: 'Accepted; the new progress.', body: progressSchema } },
      problems: ['already_finished', 'workflow_unavailable', ...spec.problems],
      async handle(call, db) {
        const session = await ownedSession(db, call.params.id, call.principal);
        const prepared = await spec.prepare(call, session, db);
        if ('status' in prepared) return prepared;
        const asked = { session, command: prepared, commandId: call.commandId, viewer: call.principal };
        return reply(200, await commandSession(deps.temporal, db, asked));
      },
    });
  return [proceed, processStep, goOn, redo, ...states].map((route) => route(define, deps));
}

const proceed = (define: Define): AnyRoute =>
  define({
    path: 'proceed-next-phase',
    name: 'proceedNextPhase',
    summary: 'Approve the open gate',
    body: proceedBody,
    problems: ['not_waiting', 'stale_approval'],
    prepare: async ({ body, principal, origin }, session, db) => ({
      kind: 'approve',
      by: deciderOf(principal, origin),
      digest: body.outputDigest ?? null,
      comment: body.comment ?? null,
      notes: await keepGiven(db, session.id, body.notes),
    }),
  });

const processStep = (define: Define): AnyRoute =>
  define({
    path: 'process-async',
    name: 'processStep',
    summary: 'Run (again) the step that is due',
    body: stepTriggerBody,
    problems: ['nothing_due'],
    prepare: async ({ body, principal, origin }, session, db) => ({
      kind: 'run_due_step',
      by: deciderOf(principal, origin),
      model: body.model ?? null,
      instructions: await keepGiven(db, session.id, body.instructions),
    }),
  });

const goOn = (define: Define, { pool }: SessionCommandDeps): AnyRoute =>
  define({
    path: 'continue-async',
    name: 'continueSession',
    summary: 'Go on to the next step, or resume a session that needs attention',
    body: continueBody,
    problems: ['nothing_due', 'phase_gate'],
    prepare: async ({ body, principal, origin }, session, db) => {
      const by = deciderOf(principal, origin);
      if (body.finish === true) return { kind: 'finish_early', by, reason: null };
      if (body.skip !== undefined) return { kind: 'skip_step', by, gap: body.skip.reason };
      const instructions = await keepGiven(db, session.id, body.instructions);
      const command = { kind: 'go_on', by, model: body.model ?? null, instructions } as const;
      // Before the step starts again, and not at all when the session will not take the command.
      const taken = refusalOf(session.state, command) === null;
      if (body.budget !== undefined && taken) {
        await raiseSessionBudget(pool, session, { budget: body.budget, actor: principal, origin });
      }
      return command;
    },
  });

const redo = (define: Define): AnyRoute =>
  define({
    path: 'redo',
    name: 'redoSession',
    summary: 'Run this session again from a phase or step on',
    body: redoBody,
    problems: ['step_not_reached'],
    prepare: async ({ body, principal, origin }, session, db) => {
      requirePhase(session, body.from.phase);
      if (body.dryRun && session.finished) throw await finishedProblem(db, principal, session.id);
      if (body.dryRun) return reply(200, await previewRerun(db, session, body));
      return {
        kind: 'redo',
        by: deciderOf(principal, origin),
        from: body.from,
        digest: null,
        comment: null,
        model: body.model ?? null,
        instructions: await keepGiven(db, session.id, body.instructions),
        input: await keepGiven(db, session.id, body.input),
      };
    },
  });

const stateSummaries = { pause: 'Start no new step', resume: 'Go on', cancel: 'End it for good' } as const;

const states = (['pause', 'resume', 'cancel'] as const).map(
  (kind) =>
    (define: Define): AnyRoute =>
      define({
        path: kind,
        name: `${kind}Session`,
        summary: stateSummaries[kind],
        body: reasonBody,
        problems: [],
        prepare: ({ body, principal, origin }) =>
          Promise.resolve({ kind, by: deciderOf(principal, origin), reason: body.reason ?? null }),
      }),
);
