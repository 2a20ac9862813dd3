import { request as httpRequest } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApi, type TestApi } from '../../support/api.js';
import { pushServiceTls } from '../../support/notifications/push-certificate.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

/** An API that speaks HTTP behind a proxy that speaks TLS, as in every deployment but `npm start`. */
const database = useDatabase();
let user: TestUser;
beforeAll(async () => {
  user = await createApiUser(database);
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

interface Proxied {
  readonly origin: string;
  ask(
    path: string,
    method: string,
    more?: { body?: object; headers?: Record<string, string> },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** The proxy keeps Host and sets the X-Forwarded headers, as nginx and clouds' load balancers do. */
function startProxy(api: TestApi): Promise<Proxied> {
  const proxy = createServer(pushServiceTls, (incoming, outgoing) => {
    const forwarded = {
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
    };
    const headers = Object.assign({}, incoming.headers, forwarded);
    const inner = httpRequest(
      `${api.url}${incoming.url ?? '/'}`,
      { method: incoming.method, headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    inner.on('error', () => outgoing.destroy());
    incoming.pipe(inner);
  });
  return new Promise((started) => proxy.listen(0, '127.0.0.1', () => started(proxied(api, proxy))));
}

function proxied(api: TestApi, proxy: Server): Proxied {
  const origin = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    origin,
    ask: (path, method, { body, headers = {} } = {}) =>
      new Promise((resolve, reject) => {
        const payload = JSON.stringify(body ?? {});
        const given = { 'Content-Type': 'application/json', 'Content-Length': String(payload.length) };
        const request = httpsRequest(
          `${origin}${path}`,
          {
            method,
            headers: Object.assign({}, body === undefined ? {} : given, headers),
            ca: pushServiceTls.cert,
            checkServerIdentity: () => undefined,
            agent: false,
          },
          (answer) => {
            answer.resume();
            answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
          },
        );
        request.on('error', reject);
        request.end(body === undefined ? undefined : payload);
      }),
    close: async () => {
      proxy.closeAllConnections();
      await new Promise((closed) => proxy.close(closed));
      await api.close();
    },
  };
}

const signIn = (behind: Proxied): Promise<Answer> =>
  behind.ask('/api/v1/session', 'POST', {
    body: { apiKey: user.token },
    headers: { Origin: behind.origin, 'Sec-Fetch-Site': 'same-origin' },
  });

test('behind a trusted proxy with TLS the cookie is Secure, HSTS is sent, and the cookie signs in', async () => {
  const behind = await startProxy(await startApi({ database, env: { PROXY_IPS_COUNT: '1' } }));
  try {
    const signedIn = await signIn(behind);
    expect(signedIn.status).toBe(204);
    const cookie = signedIn.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(/; Secure$/);
    expect(signedIn.headers['strict-transport-security']).toContain('max-age=');
    const me = await behind.ask('/api/v1/me', 'GET', { headers: { Cookie: cookie.split(';')[0] ?? '' } });
    expect(me.status).toBe(200);
    const out = await behind.ask('/api/v1/session', 'DELETE', {
      headers: { Cookie: cookie.split(';')[0] ?? '', Origin: behind.origin },
    });
    expect([out.status, out.headers['set-cookie']?.[0]]).toEqual([204, expect.stringMatching(/; Secure$/)]);
  } finally {
    await behind.close();
  }
});

test('a page of another origin is refused at the sign-in, also behind the proxy', async () => {
  const behind = await startProxy(await startApi({ database, env: { PROXY_IPS_COUNT: '1' } }));
  try {
    const answer = await behind.ask('/api/v1/session', 'POST', {
      body: { apiKey: user.token },
      headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
  } finally {
    await behind.close();
  }
});

test('without PROXY_IPS_COUNT nobody is believed who says that it was TLS', async () => {
  const behind = await startProxy(await startApi({ database }));
  try {
    const signedIn = await signIn(behind);
    expect([signedIn.status, signedIn.headers['strict-transport-security']]).toEqual([204, undefined]);
    expect(signedIn.headers['set-cookie']?.[0]).not.toContain('Secure');
  } finally {
    await behind.close();
  }
});
