import { Problem } from '../http/problems.js';
import { listApiKeys } from '../../db/users/user-api-keys.js';
import { findUser } from '../../db/users/users.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { issueKey, revokeKey } from '../../operations/users/api-keys.js';
import { usersRoutes } from '../../contracts/users/routes.js';

export interface ApiKeyRouteDeps {
  readonly pager: Pager;
  readonly authenticator: Pick<Authenticator, 'forgetUser'>;
}

export function createApiKeyRoutes(deps: ApiKeyRouteDeps): Route[] {
  return [listRoute(deps), issueRoute(), revokeRoute(deps)];
}

function listRoute({ pager }: ApiKeyRouteDeps): Route {
  return implement(usersRoutes.listApiKeys, async ({ path, params: { id }, query }, db) => {
    const scope = { list: 'api-keys', filters: { userId: id } };
    const request = pager.request(scope, query);
    const keys = await listApiKeys(db, id, request);
    if (keys.length === 0 && (await findUser(db, id)) === undefined) throw new Problem('not_found');
    const page = pager.page(scope, request, {
      rows: keys,
      keyOf: (key) => ({ at: key.createdAt, id: key.id }),
    });
    return pageReply(path, query, page);
  });
}

function issueRoute(): Route {
  return implement(usersRoutes.issueApiKey, async ({ params: { id }, body, principal, origin }, tx) => {
    const { name, expiresAt, reason } = body;
    const key = await issueKey(tx, { userId: id, name, expiresAt, principal, origin, reason });
    return reply(201, key, { 'Cache-Control': 'no-store' });
  });
}

function revokeRoute({ authenticator }: ApiKeyRouteDeps): Route {
  return implement(
    usersRoutes.revokeApiKey,
    async ({ params: { id, keyId }, body: { reason }, principal, origin }, tx) => {
      const isNew = await revokeKey(tx, { userId: id, keyId, principal, origin, reason });
      if (isNew) tx.afterCommit(() => authenticator.forgetUser(id));
      return reply(204);
    },
  );
}
