import { Problem } from '../http/problems.js';
import { recordAudit } from '../../db/audit/log.js';
import { hasApiKey, issueApiKey, listApiKeys, revokeApiKey } from '../../db/users/user-api-keys.js';
import { announcePrincipalChange, findUser, lockUser } from '../../db/users/users.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
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
    const user = await lockUser(tx, id);
    if (!user.isActive) throw new Problem('conflict', { detail: 'The user is not active.' });
    const key = await issueApiKey(tx, { userId: id, name: body.name, expiresAt: body.expiresAt });
    await recordAudit(tx, {
      actor: principal,
      origin,
      ...(body.reason === undefined ? {} : { reason: body.reason }),
      action: 'created',
      resourceType: 'api_key',
      resourceId: key.id,
      after: { userId: id, name: key.name, hint: key.hint, expiresAt: key.expiresAt },
    });
    await announcePrincipalChange(tx, id);
    return reply(201, key, { 'Cache-Control': 'no-store' });
  });
}

function revokeRoute({ authenticator }: ApiKeyRouteDeps): Route {
  return implement(
    usersRoutes.revokeApiKey,
    async ({ params: { id, keyId }, body, principal, origin }, tx) => {
      const key = await revokeApiKey(tx, id, keyId);
      if (key === undefined) {
        if (await hasApiKey(tx, id, keyId)) return reply(204);
        throw new Problem('not_found');
      }
      await recordAudit(tx, {
        actor: principal,
        origin,
        ...(body.reason === undefined ? {} : { reason: body.reason }),
        action: 'revoked',
        resourceType: 'api_key',
        resourceId: keyId,
        before: { revokedAt: null },
        after: { revokedAt: key.revokedAt },
      });
      await announcePrincipalChange(tx, id);
      tx.afterCommit(() => authenticator.forgetUser(id));
      return reply(204);
    },
  );
}
