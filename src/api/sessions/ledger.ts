import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
import {
  compareQuery,
  comparisonSchema,
  sessionBundleSchema,
  stepDetailSchema,
  stepListQuery,
  stepPageSchema,
  usageSchema,
} from '../../contracts/sessions/ledger.js';
import { findSessionRow, readTexts } from '../../db/sessions/reads.js';
import {
  findLedgerOwner,
  findStep,
  listSteps,
  listTries,
  listUsage,
} from '../../db/sessions/reads-ledger.js';
import { pageReply } from '../http/pagination.js';
import { readRoute, reply, type AnyRoute } from '../http/route.js';
import { sessionBundle } from './bundle.js';
import { compareSessions } from './comparison.js';
import { toStep, toStepDetail, toUsage } from './view.js';
import type { SessionReadDeps } from './reads.js';
import { operationId } from './sessions.js';

const sessionParams = z.object({ id: idSchema('session') });
const TAG = 'sessions';

/** What a session's steps were given, came to and cost, one by one, summed up, side by side, or all in one file. */
export function createSessionLedgerRoutes(deps: SessionReadDeps, base: string): AnyRoute[] {
  return [
    stepsRoute(deps, base),
    stepRoute(base),
    usageRoute(base),
    exportRoute(deps, base),
    compareRoute(base),
  ];
}

function stepsRoute({ pager }: SessionReadDeps, base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id/steps`,
    operationId: operationId('listSessionSteps', base),
    summary: 'The ledger: every run of every step, oldest first, with its tries',
    tag: TAG,
    access: 'user',
    params: sessionParams,
    query: stepListQuery,
    responses: { 200: { description: 'One page', body: stepPageSchema } },
    problems: ['not_found', 'invalid_cursor'],
    async handle({ params: { id }, query, principal }, db) {
      const { phase, step, attempt, status } = query;
      const filters = { phase, step, attempt, status };
      const scope = { list: 'session-steps', filters: { ...filters, session: id } };
      const request = pager.request(scope, query);
      if ((await findLedgerOwner(db, principal, id)) === undefined) throw new Problem('not_found');
      const page = pager.page(scope, request, await listSteps(db, id, filters, request), (row) => row);
      const tries = await listTries(
        db,
        page.items.map((row) => row.id),
      );
      const items = page.items.map((row) => toStep(row, tries.get(row.id) ?? []));
      return pageReply(`${base}/${id}/steps`, query, { ...page, items });
    },
  });
}

function stepRoute(base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id/steps/:stepId`,
    operationId: operationId('getSessionStep', base),
    summary: 'One run of a step, with all that the model was sent and all that came back',
    tag: TAG,
    access: 'user',
    params: z.object({ id: idSchema('session'), stepId: idSchema('step') }),
    responses: { 200: { description: 'The step', body: stepDetailSchema } },
    problems: ['not_found'],
    async handle({ params: { id, stepId }, principal }, db) {
      const row = await findStep(db, principal, id, stepId);
      if (row === undefined) throw new Problem('not_found');
      const tries = await listTries(db, [stepId]);
      const texts = await readTexts(db, [row.promptDigest, row.outputDigest]);
      return reply(200, toStepDetail(row, tries.get(stepId) ?? [], texts));
    },
  });
}

function usageRoute(base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id/usage`,
    operationId: operationId('getSessionUsage', base),
    summary: 'Tokens and cost by phase and step, and the budget',
    tag: TAG,
    access: 'user',
    params: sessionParams,
    responses: { 200: { description: 'What was used', body: usageSchema } },
    problems: ['not_found'],
    async handle({ params: { id }, principal }, db) {
      const row = await findSessionRow(db, principal, id);
      if (row === undefined) throw new Problem('not_found');
      return reply(200, toUsage(row, await listUsage(db, id)));
    },
  });
}

function exportRoute({ links }: SessionReadDeps, base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id/export`,
    operationId: operationId('exportSession', base),
    summary: 'One file with everything there is about a session',
    tag: TAG,
    access: 'user',
    params: sessionParams,
    responses: {
      200: {
        description: 'The bundle',
        body: sessionBundleSchema,
        headers: { 'Content-Disposition': 'attachment, with a file name.' },
      },
    },
    problems: ['not_found'],
    async handle({ params: { id }, principal }, db) {
      const bundle = await sessionBundle(db, principal, id, { links, base });
      return reply(200, bundle, { 'Content-Disposition': `attachment; filename="session-${id}.json"` });
    },
  });
}

function compareRoute(base: string): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${base}/:id/compare`,
    operationId: operationId('compareSessions', base),
    summary: 'A session beside another one, or beside an earlier attempt of its own, phase by phase',
    tag: TAG,
    access: 'user',
    params: sessionParams,
    query: compareQuery,
    responses: { 200: { description: 'What is equal and what changed', body: comparisonSchema } },
    problems: ['not_found'],
    handle: async ({ params: { id }, query, principal }, db) =>
      reply(200, await compareSessions(db, principal, id, query.with)),
  });
}
