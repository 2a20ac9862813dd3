import { useDatabase } from '../support/servers/database.js';
import { useTemporal } from '../support/servers/temporal.js';
import { answer, buildCli, removeCli, sluice, startTinyApi } from './cli-fixture.js';

const database = useDatabase();
const temporal = useTemporal();

beforeAll(buildCli);
afterAll(removeCli);

interface Report {
  readonly healthy: boolean;
  readonly findings: { check: string; state: string; what: string; fix?: string }[];
}

async function doctor(only: string, env: Record<string, string>): Promise<Report & { code: number | null }> {
  const ran = await sluice(['doctor', '-o', 'json', '--only', only], env);
  return { code: ran.code, ...(JSON.parse(ran.out) as Report) };
}

const findingsOf = (report: Report): string[] =>
  report.findings.map(({ state, what }) => `${state}: ${what}`);

test('a migrated database, a namespace with its attributes and a configuration that fits are fine', async () => {
  const env = {
    DATABASE_URL: database.url,
    SIGNING_SECRET: 's'.repeat(32),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  };
  const report = await doctor('configuration,postgresql,temporal,redis', env);
  expect(report.findings.filter(({ state }) => state === 'failed')).toEqual([]);
  expect(report).toMatchObject({ code: 0, healthy: true });
  expect(findingsOf(report)).toEqual([
    'ok: The variables fit each other.',
    expect.stringMatching(/^ok: PostgreSQL .* answers\.$/),
    expect.stringMatching(/^ok: The schema is up to date/),
    expect.stringMatching(/^ok: Temporal .* answers\.$/),
    expect.stringMatching(/^ok: The namespace .* has its search attributes\.$/),
    expect.stringMatching(/^unused: REDIS_URL is not set/),
  ]);
});

test('a database that lacks the migrations is reported with the command that brings them, and `migrate` does', async () => {
  const name = `doctor_${process.pid}`;
  const url = Object.assign(new URL(database.url), { pathname: `/${name}` }).href;
  await database.pool.query(`create database ${name} template template0 encoding 'UTF8'`);
  try {
    const before = await doctor('postgresql', { DATABASE_URL: url });
    expect(before.code).toBe(1);
    expect(before.findings.at(-1)).toMatchObject({
      what: expect.stringMatching(/not applied, the first is 000001_spine\.$/) as string,
      fix: 'Run `sluice migrate`.',
    });
    const migrated = await sluice(['migrate'], { DATABASE_URL: url });
    expect(migrated).toMatchObject({
      code: 0,
      out: expect.stringContaining('applied 000001_spine\n') as string,
    });
    expect((await sluice(['migrate'], { DATABASE_URL: url })).err).toContain('nothing to do');
    expect((await doctor('postgresql', { DATABASE_URL: url })).code).toBe(0);
  } finally {
    await database.pool.query(`drop database ${name} with (force)`);
  }
});

test('the first administrator is made on the database, audited, and only once for an address', async () => {
  const env = { DATABASE_URL: database.url };
  const made = await sluice(['create-admin', 'root@example.test', '--name', 'Root'], env);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^slk_[\w-]{43}\n$/) as string });
  const { rows } = await database.pool.query<Record<string, string>>(
    `select role, key_hash = sha256($1) as matches, action, actor_name from users
       join api_keys on user_id = users.id join audit_logs on resource_id = users.id
      where email = 'root@example.test'`,
    [Buffer.from(made.out.trim())],
  );
  expect(rows).toEqual([{ role: 'ADMIN', matches: true, action: 'created', actor_name: 'command line' }]);
  const again = await sluice(['create-admin', 'root@example.test'], env);
  expect(again).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('(already_exists)') as string,
  });
});

test('a schema from a newer version is reported as that', async () => {
  await database.pool.query(`insert into schema_migrations (name, checksum) values ('999999_future', 'x')`);
  const report = await doctor('postgresql', { DATABASE_URL: database.url });
  await database.pool.query(`delete from schema_migrations where name = '999999_future'`);
  expect(report.code).toBe(1);
  expect(findingsOf(report).at(-1)).toContain('newer than this program (999999_future)');
});

test.each([
  [
    'postgresql',
    { DATABASE_URL: 'postgres://u:topsecret@127.0.0.1:1/x' },
    /PostgreSQL at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  ],
  ['temporal', { TEMPORAL_ADDRESS: '127.0.0.1:1' }, /Temporal at 127\.0\.0\.1:1 cannot be used/],
  ['api', { SLUICE_URL: 'http://127.0.0.1:1' }, /API at http:\/\/127\.0\.0\.1:1 does not answer/],
  ['configuration', { JWT_ISSUER: 'https://issuer.example' }, /there is no JWT_JWKS_URL/],
  ['configuration', { TEMPORAL_PROFILE: 'missing', TEMPORAL_CONFIG_FILE: '/dev/null' }, /profile "missing"/],
])(
  '%s that is wrong fails with a sentence and a way out, and without the secret',
  async (only, env, message) => {
    const report = await doctor(only, env);
    expect(report).toMatchObject({ code: 1, healthy: false });
    const [finding] = report.findings;
    expect(finding?.what).toMatch(message);
    expect(finding?.fix).toMatch(/^[A-Z].*\.$/);
    expect(JSON.stringify(report)).not.toContain('topsecret');
  },
);

test('a namespace that is missing, and queues that nobody serves, are reported', async () => {
  const missing = await doctor('temporal', {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'nowhere',
  });
  expect(findingsOf(missing).at(-1)).toBe('failed: It has no namespace "nowhere".');
  const idle = await doctor('workers', {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    WORKER_QUEUES: 'flow,sql',
  });
  expect(findingsOf(idle)).toEqual(['failed: No worker serves flow, sql: what is started there waits.']);
});

test('Redis that is down is a warning, because nothing depends on it', async () => {
  const report = await doctor('redis', { REDIS_URL: 'redis://127.0.0.1:1' });
  expect(report).toMatchObject({ code: 0, findings: [{ state: 'warning' }] });
});

test('an API that is alive but not ready, and a key that it refuses, are reported', async () => {
  const api = await startTinyApi();
  api.routes.set('GET /healthz', (_request, response) => response.end('{}'));
  api.routes.set('GET /readyz', (_request, response) =>
    answer(response, 503, { checks: { temporal: 'down' } }),
  );
  const report = await doctor('api', { SLUICE_URL: api.url, SLUICE_API_KEY: 'slk_wrong' });
  await api.close();
  expect(report.code).toBe(1);
  expect(findingsOf(report)).toEqual([
    expect.stringContaining('is alive'),
    expect.stringContaining('not ready: {"checks":{"temporal":"down"}}'),
    expect.stringContaining('not accepted (404)'),
  ]);
});

test('for people it is a line a finding with what to do below; an unknown check is refused', async () => {
  const ran = await sluice(['doctor', '--only', 'temporal'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(ran.out).toMatch(/^failed {2}temporal {2}Temporal at .*\n {9}Check that it runs/);
  expect((await sluice(['doctor', '--only', 'teeth'])).err).toMatch(
    /no check "teeth"; there are configuration/,
  );
});
