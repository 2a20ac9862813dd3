import { Problem } from '../http/problems.js';
import { findSessionRow } from '../../db/sessions/reads.js';
import { readTexts } from '../../db/sessions/texts.js';
import {
  findLedgerOwner,
  findStep,
  listSteps,
  listTries,
  listUsage,
} from '../../db/sessions/reads-ledger.js';
import { pageReply } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { sessionRoutes } from '../../contracts/sessions/routes.js';
import { sessionsBaseOf } from './links.js';
import { sessionBundle } from './bundle.js';
import { compareSessions } from './comparison.js';
import { toStep, toStepDetail, toUsage } from './view.js';
import type { SessionReadDeps } from './read-deps.js';

/** A session's steps with inputs, outputs and costs: one by one, summed up, side by side, or in a file. */
export function createSessionLedgerRoutes(deps: SessionReadDeps): Route[] {
  return [stepsRoute(deps), stepRoute(), usageRoute(), exportRoute(deps), compareRoute()];
}

function stepsRoute({ pager }: SessionReadDeps): Route {
  return implement(sessionRoutes.listSessionSteps, async ({ path, params: { id }, query, principal }, db) => {
    const { phase, step, attempt, status } = query;
    const filters = { phase, step, attempt, status };
    const scope = { list: 'session-steps', filters: { ...filters, session: id } };
    const request = pager.request(scope, query);
    if ((await findLedgerOwner(db, principal, id)) === undefined) throw new Problem('not_found');
    const page = pager.page(scope, request, {
      rows: await listSteps(db, id, { filters, page: request }),
      keyOf: (row) => row,
    });
    const tries = await listTries(
      db,
      page.items.map((row) => row.id),
    );
    const items = page.items.map((row) => toStep(row, tries.get(row.id) ?? []));
    return pageReply(path, query, { ...page, items });
  });
}

function stepRoute(): Route {
  return implement(sessionRoutes.getSessionStep, async ({ params: { id, stepId }, principal }, db) => {
    const row = await findStep(db, { viewer: principal, sessionId: id, stepId });
    if (row === undefined) throw new Problem('not_found');
    const tries = await listTries(db, [stepId]);
    const texts = await readTexts(db, [row.promptDigest, row.outputDigest]);
    return reply(200, toStepDetail(row, tries.get(stepId) ?? [], texts));
  });
}

function usageRoute(): Route {
  return implement(sessionRoutes.getSessionUsage, async ({ params: { id }, principal }, db) => {
    const row = await findSessionRow(db, principal, id);
    if (row === undefined) throw new Problem('not_found');
    return reply(200, toUsage(row, await listUsage(db, id)));
  });
}

function exportRoute({ history, links }: SessionReadDeps): Route {
  return implement(sessionRoutes.exportSession, async ({ path, params: { id }, principal }, db) => {
    const bundle = await sessionBundle(db, {
      viewer: principal,
      id,
      at: { links, history, base: sessionsBaseOf(path) },
    });
    return reply(200, bundle, { 'Content-Disposition': `attachment; filename="session-${id}.json"` });
  });
}

function compareRoute(): Route {
  return implement(sessionRoutes.compareSessions, async ({ params: { id }, query, principal }, db) =>
    reply(200, await compareSessions(db, { viewer: principal, id, other: query.with })),
  );
}
