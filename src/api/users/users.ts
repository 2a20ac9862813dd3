import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AuditLog } from '../../contracts/audit/log.js';
import { idSchema } from '../../contracts/ids.js';
import type { Page } from '../../contracts/page.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { Problem } from '../../contracts/problems.js';
import {
  deactivationSchema,
  newUserSchema,
  userChangeSchema,
  userFacetQuerySchema,
  userFacetsSchema,
  userListQuerySchema,
  userPageSchema,
  userSchema,
  userStatsSchema,
  type User,
  type UserWithLogs,
} from '../../contracts/users/user.js';
import { recordAudit } from '../../db/audit/log.js';
import { toAuditLog } from '../../db/audit/query.js';
import type { PageRequest } from '../../db/base/keyset.js';
import type { Db } from '../../db/base/sql.js';
import type { Tx } from '../../db/base/transaction.js';
import { auditState, changeUser } from '../../db/users/change.js';
import { countUserFacets, listAuditLogsOfUsers, listUsers, readUserStats } from '../../db/users/list.js';
import { findUser, insertUser, toUser, type UserChange } from '../../db/users/users.js';
import type { Cache } from '../../platform/cache/cache.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { pageReply, type ListScope, type Pager } from '../http/pagination.js';
import { readRoute, reply, writeRoute, type AnyRoute, type Reply } from '../http/route.js';

export interface UserRouteDeps {
  readonly cache: Cache;
  readonly pager: Pager;
  readonly authenticator: Pick<Authenticator, 'forgetUser'>;
}

const PATH = '/api/v1/users';
const params = z.object({ id: idSchema('user') });
const etagHeader = { ETag: 'The version, for If-Match.' };

/** Reads first look into the cache; every change drops it at its commit, on all processes. */
export function createUserRoutes(deps: UserRouteDeps): AnyRoute[] {
  return [
    listRoute(deps),
    statsRoute(deps),
    facetsRoute(deps),
    createRoute(deps),
    getRoute(deps),
    changeRoute(deps),
    deactivateRoute(deps),
  ];
}

function listRoute({ cache, pager }: UserRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listUsers',
    summary: 'Users, newest first',
    tag: 'Users',
    access: 'admin',
    query: userListQuerySchema,
    responses: { 200: { description: 'One page', body: userPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const { role, isActive, q, include } = query;
      const filters = { role, isActive, q };
      const scope = { list: 'users', filters };
      const request = pager.request(scope, query);
      const load = async (): Promise<Page<User>> => {
        const rows = await listUsers(db, filters, request);
        return pager.page(scope, request, rows.map(toUser), (user) => ({ at: user.createdAt, id: user.id }));
      };
      // What users did last changes with every entry of the log, so pages that carry it are not kept.
      const page =
        include === 'auditLogs'
          ? await withAuditLogs(db, await load())
          : await cache.read('users', listKey(scope, request, query.cursor), load);
      return pageReply(PATH, query, page);
    },
  });
}

function listKey(scope: ListScope, request: PageRequest, cursor: string | undefined): string {
  return `list:${digest([scope.filters, request.limit, cursor])}`;
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

async function withAuditLogs(db: Db, page: Page<User>): Promise<Page<UserWithLogs>> {
  const logs = await listAuditLogsOfUsers(
    db,
    page.items.map((user) => user.id),
  );
  const byActor = new Map<string | null, AuditLog[]>();
  for (const log of logs) byActor.set(log.actor_id, [...(byActor.get(log.actor_id) ?? []), toAuditLog(log)]);
  return { ...page, items: page.items.map((user) => ({ ...user, auditLogs: byActor.get(user.id) ?? [] })) };
}

function statsRoute({ cache }: UserRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/stats`,
    operationId: 'getUserStats',
    summary: 'Totals by role and activity',
    tag: 'Users',
    access: 'admin',
    responses: { 200: { description: 'Totals', body: userStatsSchema } },
    handle: async (_call, db) => reply(200, await cache.read('user-stats', 'all', () => readUserStats(db))),
  });
}

function facetsRoute({ cache }: UserRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/facets`,
    operationId: 'getUserFacets',
    summary: 'How many of the matching users have each role and activity',
    tag: 'Users',
    access: 'admin',
    query: userFacetQuerySchema,
    responses: { 200: { description: 'Counts', body: userFacetsSchema } },
    async handle({ query }, db) {
      const { role, isActive, q } = query;
      const key = `facets:${digest([role, isActive, q])}`;
      return reply(200, await cache.read('user-stats', key, () => countUserFacets(db, query)));
    },
  });
}

function createRoute({ cache }: UserRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: PATH,
    operationId: 'createUser',
    summary: 'Make a user',
    tag: 'Users',
    access: 'admin',
    body: newUserSchema,
    responses: {
      201: {
        description: 'The user',
        body: userSchema,
        headers: { ...etagHeader, Location: 'Its address.' },
      },
    },
    problems: ['already_exists'],
    async handle({ body, principal, origin }, tx) {
      const user = await insertUser(tx, body);
      await recordAudit(tx, {
        ...auditOf(principal, origin, body.reason),
        action: 'created',
        resourceType: 'user',
        resourceId: user.id,
        after: auditState(user),
      });
      await dropUsers(cache, tx);
      return reply(201, user, { Location: `${PATH}/${user.id}`, ETag: etagOf(user.version) });
    },
  });
}

function getRoute({ cache }: UserRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${PATH}/:id`,
    operationId: 'getUser',
    summary: 'One user',
    tag: 'Users',
    access: 'admin',
    params,
    responses: { 200: { description: 'The user', body: userSchema, headers: etagHeader } },
    problems: ['not_found'],
    async handle({ params: { id } }, db) {
      const user = await cache.read('users', `one:${id}`, async () => {
        const found = await findUser(db, id);
        if (found === undefined) throw new Problem('not_found');
        return found;
      });
      return userReply(user);
    },
  });
}

function changeRoute(deps: UserRouteDeps): AnyRoute {
  return writeRoute({
    method: 'PATCH',
    path: `${PATH}/:id`,
    operationId: 'changeUser',
    summary: 'Change a user; with If-Match only the version that was read',
    tag: 'Users',
    access: 'admin',
    params,
    body: userChangeSchema,
    responses: { 200: { description: 'The user as it is now', body: userSchema, headers: etagHeader } },
    problems: ['not_found', 'already_exists', 'last_admin', 'precondition_failed'],
    async handle(call, tx) {
      const { reason, ...change } = call.body;
      return userReply(await applyChange(deps, tx, { ...call, reason, change }));
    },
  });
}

function deactivateRoute(deps: UserRouteDeps): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${PATH}/:id`,
    operationId: 'deactivateUser',
    summary: 'Deactivate a user: nothing is deleted, their keys stop working at once',
    tag: 'Users',
    access: 'admin',
    params,
    body: deactivationSchema,
    bodyOptional: true,
    responses: { 200: { description: 'The user, inactive', body: userSchema, headers: etagHeader } },
    problems: ['not_found', 'last_admin', 'precondition_failed'],
    handle: async (call, tx) =>
      userReply(
        await applyChange(deps, tx, { ...call, reason: call.body.reason, change: { isActive: false } }),
      ),
  });
}

interface ChangeCall {
  readonly params: { id: string };
  readonly principal: Principal;
  readonly origin: Origin;
  readonly ifMatch?: string | undefined;
  readonly reason: string | undefined;
  readonly change: UserChange;
}

async function applyChange(deps: UserRouteDeps, tx: Tx, call: ChangeCall): Promise<User> {
  const user = await changeUser(tx, {
    userId: call.params.id,
    change: call.change,
    checkVersion: (version) => requireVersion(call.ifMatch, version),
    audit: auditOf(call.principal, call.origin, call.reason),
  });
  await dropUsers(deps.cache, tx);
  tx.afterCommit(() => deps.authenticator.forgetUser(user.id));
  return user;
}

async function dropUsers(cache: Cache, tx: Tx): Promise<void> {
  await cache.dropOnCommit(tx, 'users');
  await cache.dropOnCommit(tx, 'user-stats');
}

function auditOf(actor: Principal, origin: Origin, reason: string | undefined) {
  return { actor, origin, ...(reason === undefined ? {} : { reason }) };
}

function userReply(user: User): Reply {
  return reply(200, user, { ETag: etagOf(user.version) });
}
