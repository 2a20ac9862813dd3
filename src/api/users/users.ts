import { createHash } from 'node:crypto';
import type { AuditLog } from '../../contracts/audit/log.js';
import type { Page } from '../../contracts/page.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { Problem } from '../http/problems.js';
import { type User, type UserWithLogs } from '../../contracts/users/user.js';
import { toAuditLog } from '../../db/audit/query.js';
import type { PageRequest } from '../../db/base/keyset.js';
import type { Db } from '../../db/base/sql.js';
import type { Tx } from '../../db/base/transaction.js';
import { changeUser } from '../../operations/users/change-user.js';
import { createUser } from '../../operations/users/create-user.js';
import { countUserFacets, listAuditLogsOfUsers, listUsers, readUserStats } from '../../db/users/list.js';
import { findUser, type UserChange } from '../../db/users/users.js';
import type { Cache } from '../../platform/cache/cache.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { pageReply, type ListScope, type Pager } from '../http/pagination.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { usersRoutes } from '../../contracts/users/routes.js';

export interface UserRouteDeps {
  readonly cache: Cache;
  readonly pager: Pager;
  readonly authenticator: Pick<Authenticator, 'forgetUser'>;
}

/** Reads first look into the cache; every change drops it at its commit, on all processes. */
export function createUserRoutes(deps: UserRouteDeps): Route[] {
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

function listRoute({ cache, pager }: UserRouteDeps): Route {
  return implement(usersRoutes.listUsers, async ({ path, query }, db) => {
    const { role, isActive, q, include } = query;
    const filters = { role, isActive, q };
    const scope = { list: 'users', filters };
    const request = pager.request(scope, query);
    const load = async (): Promise<Page<User>> => {
      const rows = await listUsers(db, filters, request);
      return pager.page(scope, request, {
        rows,
        keyOf: (user) => ({ at: user.createdAt, id: user.id }),
      });
    };
    // A user's last action changes with every log entry, so pages that carry it are not cached.
    const page =
      include === 'auditLogs'
        ? await withAuditLogs(db, await load())
        : await cache.read('users', listKey(scope, request, query.cursor), load);
    return pageReply(path, query, page);
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

function statsRoute({ cache }: UserRouteDeps): Route {
  return implement(usersRoutes.getUserStats, async (_call, db) =>
    reply(200, await cache.read('user-stats', 'all', () => readUserStats(db))),
  );
}

function facetsRoute({ cache }: UserRouteDeps): Route {
  return implement(usersRoutes.getUserFacets, async ({ query }, db) => {
    const { role, isActive, q } = query;
    const key = `facets:${digest([role, isActive, q])}`;
    return reply(200, await cache.read('user-stats', key, () => countUserFacets(db, query)));
  });
}

function createRoute({ cache }: UserRouteDeps): Route {
  return implement(usersRoutes.createUser, async ({ path, body, principal, origin }, tx) => {
    const { reason, ...wanted } = body;
    const user = await createUser(tx, { user: wanted, audit: auditOf(principal, origin, reason) });
    await dropUsers(cache, tx);
    return reply(201, user, { Location: `${path}/${user.id}`, ETag: etagOf(user.version) });
  });
}

function getRoute({ cache }: UserRouteDeps): Route {
  return implement(usersRoutes.getUser, async ({ params: { id } }, db) => {
    const user = await cache.read('users', `one:${id}`, async () => {
      const found = await findUser(db, id);
      if (found === undefined) throw new Problem('not_found');
      return found;
    });
    return userReply(user);
  });
}

function changeRoute(deps: UserRouteDeps): Route {
  return implement(usersRoutes.changeUser, async (call, tx) => {
    const { reason, ...change } = call.body;
    return userReply(await applyChange(deps, tx, { ...call, reason, change }));
  });
}

function deactivateRoute(deps: UserRouteDeps): Route {
  return implement(usersRoutes.deactivateUser, async (call, tx) =>
    userReply(
      await applyChange(deps, tx, { ...call, reason: call.body.reason, change: { isActive: false } }),
    ),
  );
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
