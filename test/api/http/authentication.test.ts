import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { hashApiKey, newApiKey } from '../../../src/crypto/api-key.js';
import { createSignInToken } from '../../../src/db/users/sign-in-tokens.js';
import { announcePrincipalChange } from '../../../src/db/users/users.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { startApi, useApi, type TestApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });

const me = async (token: string, on: TestApi = api) => {
  const answer = await on.send('/api/v1/me', { token });
  return {
    status: answer.status,
    code: answer.body['code'],
    role: answer.body['role'],
    id: answer.body['id'],
  };
};

describe('API keys', () => {
  let user: TestUser;
  beforeEach(async () => {
    user = await createApiUser(database);
  });

  test('a key identifies its user', async () => {
    const answer = await api.send('/api/v1/me', { token: user.token });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      id: user.id,
      email: user.email,
      role: 'ANALYST',
      permissions: [],
      via: 'api_key',
      apiKeyId: user.keyId,
    });
  });

  test('only the hash of a key is stored', async () => {
    const { rows } = await database.pool.query<{ row: string }>(
      'select to_json(k)::text as row from api_keys k where id = $1',
      [user.keyId],
    );
    expect(rows[0]?.row).not.toContain(user.token.slice(4));
    expect(rows[0]?.row).toContain(hashApiKey(user.token).toString('hex'));
  });

  test.each<[string, (user: TestUser) => string | undefined]>([
    ['nothing', () => undefined],
    ['an empty token', () => 'Bearer '],
    ['another scheme', ({ token }) => `Basic ${token}`],
    ['a key that was never made', () => `Bearer ${newApiKey().secret}`],
    [
      'a key with one letter changed',
      ({ token }) => `Bearer ${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`,
    ],
    ['a key with more behind it', ({ token }) => `Bearer ${token}A`],
    ['a JWT where none are accepted', () => 'Bearer eyJhbGciOiJub25lIn0.e30.'],
    ['a very long token', () => `Bearer ${'x'.repeat(9_000)}`],
  ])('%s is 401 with the scheme that is wanted', async (_what, header) => {
    const authorization = header(user);
    const headers: Record<string, string> =
      authorization === undefined ? {} : { Authorization: authorization };
    const answer = await api.send('/api/v1/me', { headers });
    expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  const change = (statement: string) =>
    withTransaction(database.pool, async (tx) => {
      await tx.query(statement, [user.id]);
      await announcePrincipalChange(tx, user.id);
    });

  test.each([
    ['revoked', 'update api_keys set revoked_at = now() where user_id = $1'],
    ['expired', "update api_keys set expires_at = now() - interval '1 second' where user_id = $1"],
    ['of a user who was deactivated', 'update users set is_active = false where id = $1'],
  ])('a key that is %s stops working as soon as its announcement arrives', async (_what, statement) => {
    expect((await me(user.token)).status).toBe(200);
    await change(statement);
    await waitUntil(async () => (await me(user.token)).status === 401, { what: 'the 401' });
  });

  test('a new role counts as soon as its announcement arrives', async () => {
    expect((await api.send('/api/v1/users', { token: user.token })).status).toBe(403);
    await change("update users set role = 'ADMIN' where id = $1");
    await waitUntil(async () => (await api.send('/api/v1/users', { token: user.token })).status === 200, {
      what: 'the new role',
    });
  });

  test('a key that runs out in a moment is not kept longer than that', async () => {
    await database.pool.query(
      "update api_keys set expires_at = now() + interval '0.4 second' where user_id = $1",
      [user.id],
    );
    expect((await me(user.token)).status).toBe(200);
    await waitUntil(async () => (await me(user.token)).status === 401, { timeoutMs: 3_000, what: 'its end' });
  });

  test('the last use of a key is noted, and not with every request', async () => {
    const lastUse = async (): Promise<string | null | undefined> => {
      const { rows } = await database.pool.query<{ at: string | null }>(
        'select last_used_at as at from api_keys where id = $1',
        [user.keyId],
      );
      return rows[0]?.at;
    };
    await me(user.token);
    const first = await waitUntil(async () => (await lastUse()) ?? undefined, { what: 'the first use' });
    await withTransaction(database.pool, (tx) => announcePrincipalChange(tx, user.id));
    for (let request = 0; request < 5; request += 1) await me(user.token);
    expect(await lastUse()).toBe(first);
  });

  test('somebody who is known costs a request no query', async () => {
    await me(user.token);
    const timing = (await api.send('/api/v1/me', { token: user.token })).headers['server-timing'];
    expect(timing).not.toContain('auth;');
  });
});

describe('JWTs', () => {
  const issuer = 'https://issuer.example';
  const audience = 'sluice';
  let keys: { publicKey: CryptoKey; privateKey: CryptoKey };
  let jwks: Server;
  let jwt: TestApi;
  let served = true;

  beforeAll(async () => {
    keys = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' };
    jwks = createServer((_request, response) => {
      response.statusCode = served ? 200 : 500;
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
    const { port } = jwks.address() as AddressInfo;
    const env = {
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
      JWT_ALGORITHM: 'ES256',
      JWT_JWKS_URL: `http://127.0.0.1:${port}/keys`,
    };
    jwt = await startApi({ database, env });
  });
  afterAll(async () => {
    await jwt.close();
    await new Promise((resolve) => jwks.close(resolve));
  });

  interface Claims extends JWTPayload {
    email?: unknown;
    email_verified?: unknown;
  }
  const sign = (
    claims: Claims,
    { exp = '5m', alg = 'ES256', key = keys.privateKey as CryptoKey | Uint8Array } = {},
  ): Promise<string> => {
    const token = new SignJWT({ iss: issuer, aud: audience, ...claims }).setProtectedHeader({
      alg,
      kid: 'k1',
    });
    return (exp === '' ? token : token.setExpirationTime(exp)).sign(key);
  };

  test('a subject that cannot be stored is no good token', async () => {
    const token = await sign({ sub: 'nul\0', email: 'nul@example.test' });
    expect(await me(token, jwt)).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('a bearer token never meets what is kept of a cookie', async () => {
    const user = await createApiUser(database);
    const { headers } = await jwt.send('/api/v1/session', { method: 'POST', body: { apiKey: user.token } });
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await jwt.send('/api/v1/me', { headers: { Cookie: cookie } })).status).toBe(200);
    expect((await me(`web:${cookie.split('=')[1] ?? ''}`, jwt)).status).toBe(401);
  });

  test('an unknown subject becomes a new analyst, once', async () => {
    const token = await sign({ sub: 'new-1', email: 'new-1@example.test', role: 'ADMIN' });
    const all = await Promise.all(Array.from({ length: 5 }, () => me(token, jwt)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all[0]).toMatchObject({ status: 200, role: 'ANALYST' });
  });

  test('a user who was made here is linked when the issuer vouches for the address, and only then', async () => {
    const known = await createApiUser(database, 'ADMIN');
    const unverified = await sign({ sub: 'link-1', email: known.email });
    expect(await me(unverified, jwt)).toMatchObject({ status: 403, code: 'forbidden' });
    const verified = await sign({ sub: 'link-1', email: known.email, email_verified: true });
    expect(await me(verified, jwt)).toMatchObject({ status: 200, id: known.id, role: 'ADMIN' });
  });

  test('a subject without an address cannot become a user', async () => {
    expect(await me(await sign({ sub: 'no-mail' }), jwt)).toMatchObject({ status: 403, code: 'forbidden' });
  });

  test.each<[string, () => Promise<string>]>([
    ['another issuer', () => sign({ sub: 'a', iss: 'https://evil.example' })],
    ['another audience', () => sign({ sub: 'a', aud: 'other' })],
    ['no subject', () => sign({ email: 'a@example.test' })],
    ['no end', () => sign({ sub: 'a', email: 'a@example.test' }, { exp: '' })],
    ['an end in the past', () => sign({ sub: 'a', email: 'a@example.test' }, { exp: '-1m' })],
    ['a beginning in the future', () => sign({ sub: 'a', nbf: Math.floor(Date.now() / 1_000) + 600 })],
    [
      'the key of somebody else',
      async () => sign({ sub: 'a' }, { key: (await generateKeyPair('ES256')).privateKey }),
    ],
    [
      'the public key taken for a shared secret',
      () => sign({ sub: 'a' }, { alg: 'HS256', key: new Uint8Array(32) }),
    ],
    [
      'no signature',
      () => {
        const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
        const claims = { iss: issuer, aud: audience, sub: 'a', exp: Math.floor(Date.now() / 1_000) + 300 };
        return Promise.resolve(`${part({ alg: 'none' })}.${part(claims)}.`);
      },
    ],
    [
      'a claim changed after signing',
      async () => {
        const [head, , signature] = (await sign({ sub: 'a' })).split('.');
        const claims = {
          iss: issuer,
          aud: audience,
          sub: 'admin',
          exp: Math.floor(Date.now() / 1_000) + 300,
        };
        return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
      },
    ],
  ])('a token with %s is refused', async (_what, make) => {
    expect(await me(await make(), jwt)).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('keys that cannot be fetched make 503, not 401', async () => {
    served = false;
    const { port } = jwks.address() as AddressInfo;
    const env = {
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
      JWT_ALGORITHM: 'ES256',
      JWT_JWKS_URL: `http://127.0.0.1:${port}/keys`,
    };
    const fresh = await startApi({ database, env });
    try {
      expect(await me(await sign({ sub: 'new-2', email: 'new-2@example.test' }), fresh)).toMatchObject({
        status: 503,
        code: 'identity_unavailable',
      });
    } finally {
      served = true;
      await fresh.close();
    }
  });
});

describe('the console', () => {
  const origin = (): string => api.url;
  const signIn = (body: unknown, headers: Record<string, string> = {}) =>
    api.send('/api/v1/session', { method: 'POST', body, headers });
  const cookieOf = (headers: { 'set-cookie'?: string[] | undefined }): string =>
    headers['set-cookie']?.[0] ?? '';
  const signedIn = async (user: TestUser): Promise<string> => {
    const { headers } = await signIn({ apiKey: user.token });
    return cookieOf(headers).split(';')[0] ?? '';
  };
  let user: TestUser;
  beforeEach(async () => {
    user = await createApiUser(database);
  });

  test('signs in with an API key and gets a cookie that scripts and other sites do not', async () => {
    const answer = await signIn({ apiKey: user.token }, { Origin: origin() });
    expect(answer.status).toBe(204);
    expect(cookieOf(answer.headers)).toMatch(
      /^sluice_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieOf(answer.headers).split(';')[0] ?? '';
    const who = await api.send('/api/v1/me', { headers: { Cookie: `theme=dark; ${cookie}` } });
    expect(who.body).toMatchObject({ id: user.id, via: 'console' });
    expect(answer.text).not.toContain(user.token);
  });

  test('the cookie is Secure where the console is reached by https', async () => {
    const secure = await startApi({ database, env: { PUBLIC_URL: 'https://sluice.example' } });
    const { headers } = await secure.send('/api/v1/session', {
      method: 'POST',
      body: { apiKey: user.token },
    });
    await secure.close();
    expect(cookieOf(headers)).toMatch(/; Secure$/);
  });

  test('a sign-in link works once, however close two come', async () => {
    const signInToken = await createSignInToken(database.pool, user.id, 60);
    const both = await Promise.all([signIn({ signInToken }), signIn({ signInToken })]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 401]);
  });

  test('a sign-in link that is too old does not work', async () => {
    const signInToken = await createSignInToken(database.pool, user.id, -1);
    expect((await signIn({ signInToken })).status).toBe(401);
  });

  test.each<[string, unknown, number]>([
    ['a wrong key', { apiKey: newApiKey().secret }, 401],
    ['a token that was never made', { signInToken: 'x' }, 401],
    ['neither', {}, 400],
    ['both', { apiKey: 'a', signInToken: 'b' }, 400],
  ])('signing in with %s is refused', async (_what, body, status) => {
    const answer = await signIn(body);
    expect(answer.status).toBe(status);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('another page cannot sign a person in', async () => {
    expect((await signIn({ apiKey: user.token }, { Origin: 'https://evil.example' })).status).toBe(403);
  });

  test.each<[string, Record<string, string>, number]>([
    ['our own page', { 'Sec-Fetch-Site': 'same-origin' }, 202],
    ['our own page in a browser that only sends Origin', { Origin: 'SELF' }, 202],
    ['a page of another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['another origin of the same site', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['no page that says so', {}, 403],
  ])('a change with the cookie from %s gives %i', async (_what, given, status) => {
    const cookie = await signedIn(user);
    const headers = Object.fromEntries(
      Object.entries({ ...given, Cookie: cookie }).map(([name, value]) => [
        name,
        value === 'SELF' ? origin() : value,
      ]),
    );
    const answer = await api.send('/generate-report', { method: 'POST', headers });
    expect(answer.status).toBe(status);
  });

  test('the cookie ends when its key is revoked or expires, and the answer removes it from the browser', async () => {
    const secondsLeft = 90;
    await database.pool.query(
      'update api_keys set expires_at = now() + make_interval(secs => $2) where id = $1',
      [user.keyId, secondsLeft],
    );
    const { headers } = await signIn({ apiKey: user.token });
    const maxAge = Number(/Max-Age=(\d+)/.exec(cookieOf(headers))?.[1]);
    expect(maxAge).toBeGreaterThan(0);
    expect(maxAge).toBeLessThanOrEqual(secondsLeft);
    const Cookie = cookieOf(headers).split(';')[0] ?? '';
    const status = async (): Promise<number> =>
      (await api.send('/api/v1/me', { headers: { Cookie } })).status;
    expect(await status()).toBe(200);
    const admin = await createApiUser(database, 'ADMIN');
    const revoked = await api.send(`/api/v1/users/${user.id}/api-keys/${user.keyId}`, {
      method: 'DELETE',
      token: admin.token,
    });
    expect([revoked.status, await status()]).toEqual([204, 401]);
  });

  test('a user who is made active again signs in anew', async () => {
    const Cookie = await signedIn(user);
    const signInToken = await createSignInToken(database.pool, user.id, 60);
    const admin = await createApiUser(database, 'ADMIN');
    for (const isActive of [false, true]) {
      const change = { method: 'PATCH', token: admin.token, body: { isActive } };
      expect((await api.send(`/api/v1/users/${user.id}`, change)).status).toBe(200);
    }
    expect((await api.send('/api/v1/me', { headers: { Cookie } })).status).toBe(401);
    expect((await signIn({ signInToken })).status).toBe(401);
    expect((await me(user.token)).status).toBe(200);
  });

  test('a token beside the cookie is what counts', async () => {
    const cookie = await signedIn(user);
    const answer = await api.send('/api/v1/me', { token: newApiKey().secret, headers: { Cookie: cookie } });
    expect(answer.status).toBe(401);
  });

  test('signing out ends the session on every process', async () => {
    const other = await startApi({ database });
    const cookie = await signedIn(user);
    const ask = (on: TestApi) => on.send('/api/v1/me', { headers: { Cookie: cookie } });
    try {
      expect([(await ask(api)).status, (await ask(other)).status]).toEqual([200, 200]);
      const out = await api.send('/api/v1/session', {
        method: 'DELETE',
        headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
      });
      expect([out.status, cookieOf(out.headers)]).toEqual([204, expect.stringContaining('Max-Age=0')]);
      expect((await ask(api)).status).toBe(401);
      await waitUntil(async () => (await ask(other)).status === 401, {
        what: 'the end on the other process',
      });
    } finally {
      await other.close();
    }
  });

  test('another page cannot sign a person out', async () => {
    const headers = { Cookie: await signedIn(user), 'Sec-Fetch-Site': 'cross-site' };
    expect((await api.send('/api/v1/session', { method: 'DELETE', headers })).status).toBe(403);
  });

  test('the table of sessions has no cookie in it', async () => {
    const token = (await signedIn(user)).split('=')[1] ?? '';
    const { rows } = await database.pool.query<{ all: string }>(
      'select json_agg(s)::text as all from web_sessions s',
    );
    expect(rows[0]?.all).not.toContain(token);
  });
});
