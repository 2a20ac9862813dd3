import { type RedoBody } from '../../contracts/sessions/session.js';
import { Problem } from '../http/problems.js';
import type { Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import { givenContent } from '../../db/sessions/given-content.js';
import { newRunOf } from '../../contracts/runs/run-identity.js';
import type { StartableRun } from '../../contracts/runs/startable-run.js';
import { findOwnedSession, type OwnedSession } from '../../db/sessions/sessions.js';
import type { Db } from '../../db/base/sql.js';
import { findTemplate } from '../../db/templates/templates.js';
import type { Tx } from '../../db/base/transaction.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { acceptedSession, sessionsBaseOf, type SessionLinks } from './links.js';
import { previewRerun, takeOver } from './rerun.js';
import { draftSession, writeSession, type SessionDefaults } from './start.js';
import type { RunStarter } from '../runs/start.js';

export interface SessionRouteDeps {
  readonly defaults: SessionDefaults;
  readonly links: SessionLinks;
  readonly starter: RunStarter;
}

/** Creating sessions: anew, and from what another one has. */
export function createSessionRoutes(deps: SessionRouteDeps): Route[] {
  return [createRoute(deps), forkRoute(deps)];
}

function createRoute(deps: SessionRouteDeps): Route {
  return implement(sessionRoutes.createSession, async ({ path, body, principal, origin }, tx) => {
    const template = await findTemplate(tx, body.template);
    if (template === undefined) throw unknownTemplate(body.template);
    const draft = draftSession(body, principal, template, deps.defaults);
    const run = await writeSession(tx, newRunOf('cot-session'), draft);
    await recordAudit(tx, {
      actor: principal,
      action: 'created',
      resourceType: 'session',
      resourceId: run.id,
      after: { topic: body.topic, template: body.template, version: template.version },
      origin,
    });
    return accept(deps, tx, run, path);
  });
}

function forkRoute(deps: SessionRouteDeps): Route {
  return implement(sessionRoutes.forkSession, async ({ path, params, body, principal, origin }, tx) => {
    const session = await ownedSession(tx, params.id, principal);
    if (body.dryRun) return reply(200, await previewRerun(tx, session, body));
    const { id, run } = await fork(deps, tx, { session, body, owner: principal });
    await recordAudit(tx, {
      actor: principal,
      action: 'forked',
      resourceType: 'session',
      resourceId: id,
      after: { origin: session.id, from: body.from },
      origin,
    });
    return accept(deps, tx, run, path);
  });
}

async function fork(
  { defaults: { publicUrl } }: SessionRouteDeps,
  tx: Tx,
  { session, body, owner }: { session: OwnedSession; body: RedoBody; owner: Principal },
): Promise<{ id: string; run: StartableRun }> {
  const identity = newRunOf('cot-session');
  const { id } = identity;
  const input = body.input === undefined ? null : givenContent(body.input);
  const instructions = body.instructions === undefined ? null : givenContent(body.instructions);
  const { phases, copy } = takeOver(tx, session, { id, body, instructions: instructions?.ref ?? null });
  const run = await writeSession(tx, identity, {
    owner,
    template: { name: session.templateName, version: session.templateVersion },
    topic: session.topic,
    language: session.language,
    plan: session.state.plan,
    options: { ...session.options, input: input?.ref ?? session.options.input },
    model: body.model ?? session.model,
    budget: {
      ...(session.maxTokens === null ? {} : { maxTokens: session.maxTokens }),
      ...(session.maxCostUsd === null ? {} : { maxCostUsd: session.maxCostUsd }),
    },
    tags: session.tags,
    inherited: phases,
    fork: { origin: session.id, from: body.from },
    contents: [input, instructions].filter((each) => each !== null),
    publicUrl,
    asked: { topic: session.topic, template: session.templateName, from: body.from },
  });
  await copy();
  return { id, run };
}

/** A session of the caller's; somebody else's does not exist for them. */
export async function ownedSession(db: Db, id: string, viewer: Principal): Promise<OwnedSession> {
  const session = await findOwnedSession(db, id, viewer);
  if (session === undefined) throw new Problem('not_found');
  return session;
}

function accept(deps: SessionRouteDeps, tx: Tx, run: StartableRun, path: string): Reply {
  deps.starter.startAfterCommit(tx, run);
  return acceptedSession(deps.links, sessionsBaseOf(path), run.id);
}

function unknownTemplate(name: string): Problem {
  return new Problem('validation_error', {
    detail: `There is no template named ${name}.`,
    errors: [{ path: 'template', message: 'is not the name of a template' }],
  });
}
