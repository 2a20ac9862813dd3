import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { pageQuery } from '../../contracts/page.js';
import { Problem } from '../../contracts/problems.js';
import {
  apiKeyPageSchema,
  deactivationSchema,
  issuedApiKeySchema,
  newApiKeySchema,
} from '../../contracts/users/user.js';
import { recordAudit } from '../../db/audit/log.js';
import { hasApiKey, issueApiKey, listApiKeys, revokeApiKey } from '../../db/users/user-api-keys.js';
import { announcePrincipalChange, findUser, lockUser } from '../../db/users/users.js';
import type { Authenticator } from '../http/auth/authenticator.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';

export interface ApiKeyRouteDeps {
  readonly pager: Pager;
  readonly authenticator: Pick<Authenticator, 'forgetUser'>;
}

const PATH = '/api/v1/users/:id/api-keys';
const params = z.object({ id: idSchema('user') });
const keyParams = z.object({ id: idSchema('user'), keyId: idSchema('apiKey') });

export function createApiKeyRoutes(deps: ApiKeyRouteDeps): AnyRoute[] {
  return [listRoute(deps), issueRoute(), revokeRoute(deps)];
}

function listRoute({ pager }: ApiKeyRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listApiKeys',
    summary: 'API keys of a user, newest first, without their secrets',
    tag: 'Users',
    access: 'admin',
    params,
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', body: apiKeyPageSchema } },
    problems: ['not_found', 'invalid_cursor'],
    async handle({ params: { id }, query }, db) {
      const scope = { list: 'api-keys', filters: { userId: id } };
      const request = pager.request(scope, query);
      const keys = await listApiKeys(db, id, request);
      if (keys.length === 0 && (await findUser(db, id)) === undefined) throw new Problem('not_found');
      const page = pager.page(scope, request, keys, (key) => ({ at: key.createdAt, id: key.id }));
      return pageReply(PATH.replace(':id', id), query, page);
    },
  });
}

function issueRoute(): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: PATH,
    operationId: 'issueApiKey',
    summary: 'Make an API key; the answer is the only place where its secret is shown',
    tag: 'Users',
    access: 'admin',
    params,
    body: newApiKeySchema,
    responses: { 201: { description: 'The key with its secret', body: issuedApiKeySchema } },
    problems: ['not_found', 'conflict'],
    async handle({ params: { id }, body, principal, origin }, tx) {
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
    },
  });
}

function revokeRoute({ authenticator }: ApiKeyRouteDeps): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${PATH}/:keyId`,
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key; it stops working at once',
    tag: 'Users',
    access: 'admin',
    params: keyParams,
    body: deactivationSchema,
    bodyOptional: true,
    responses: { 204: { description: 'Revoked, now or before' } },
    problems: ['not_found'],
    async handle({ params: { id, keyId }, body, principal, origin }, tx) {
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
  });
}
