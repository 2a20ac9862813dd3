import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';
import { taskQueues } from '../../src/contracts/names.js';
import { variables } from '../../src/platform/config/variables.js';

/**
 * Helm's rendering of each example; `npm run check:helm` writes it and checks it against Kubernetes' own
 * schemas.
 */
const root = resolve(import.meta.dirname, '../..');
const chart = join(root, 'deploy/helm/sluice');
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const examples = readdirSync(join(chart, 'ci'));

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext: object;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly resources: object;
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [Container];
      };
    };
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  };
}

const manifestsOf = (example: string): Manifest[] =>
  parseAllDocuments(read(root, 'test/deploy/rendered', example)).map(
    (document) => document.toJS() as Manifest,
  );
const deploymentsOf = (example: string): Manifest[] =>
  manifestsOf(example).filter(({ kind }) => kind === 'Deployment');
const containerOf = ({ spec }: Manifest): Container => spec.template.spec.containers[0];
const kindsOf = (example: string): Set<string> => new Set(manifestsOf(example).map(({ kind }) => kind));

test('the rendered files are of this chart (npm run check:helm writes them)', () => {
  expect(readdirSync(join(root, 'test/deploy/rendered')).sort()).toEqual(
    ['chart.sha256', ...examples].sort(),
  );
  const { status } = spawnSync(process.execPath, ['scripts/helm.mjs', '--is-rendered'], { cwd: root });
  expect(status).toBe(0);
});

test('the chart has the version of the package', () => {
  const { version } = JSON.parse(read(root, 'package.json')) as { version: string };
  expect(parse(read(chart, 'Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

test.each(examples)('%s: every variable is one of the table', (example) => {
  const known = new Set<string>(Object.values(variables).map(({ env }) => env));
  const named = manifestsOf(example).flatMap((manifest) => [
    ...Object.keys(manifest.data ?? {}),
    ...(manifest.kind === 'Deployment' ? (containerOf(manifest).env ?? []).map(({ name }) => name) : []),
  ]);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test.each(examples)('%s: no secret is a value, only a reference', (example) => {
  const secret = new Set<string>(
    Object.values(variables)
      .filter(({ secret: isSecret }) => isSecret)
      .map(({ env }) => env),
  );
  for (const manifest of manifestsOf(example)) {
    expect(Object.keys(manifest.data ?? {}).filter((name) => secret.has(name))).toEqual([]);
    if (manifest.kind !== 'Deployment') continue;
    const plain = (containerOf(manifest).env ?? []).filter(({ valueFrom }) => valueFrom === undefined);
    expect(plain.filter(({ name }) => secret.has(name))).toEqual([]);
  }
});

test.each(examples)('%s: each queue has a worker', (example) => {
  const served = deploymentsOf(example).flatMap((each) =>
    (containerOf(each).env ?? []).flatMap(({ name, value }) =>
      name === 'WORKER_QUEUES' ? (value ?? '').split(',') : [],
    ),
  );
  expect([...new Set(served)].sort()).toEqual(Object.values(taskQueues).sort());
});

test.each(examples)(
  '%s: pods are probed, bounded, unprivileged, and have longer to end than they take',
  (example) => {
    for (const deployment of deploymentsOf(example)) {
      const { containers, terminationGracePeriodSeconds } = deployment.spec.template.spec;
      expect(containers[0]).toMatchObject({
        readinessProbe: { httpGet: { path: '/readyz' } },
        livenessProbe: { httpGet: { path: '/healthz' } },
        resources: { limits: { memory: expect.any(String) as string } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      });
      // The worker's own grace is 20 s; the API leaves the Service for 5 s and drains for 15 s.
      expect(terminationGracePeriodSeconds).toBeGreaterThan(20);
      expect(deployment.spec.template.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    }
  },
);

test.each(examples)('%s: each Deployment has a disruption budget of its own', (example) => {
  const budgets = manifestsOf(example).filter(({ kind }) => kind === 'PodDisruptionBudget');
  const selectors = (of: Manifest[]): object[] => of.map(({ spec }) => spec.selector.matchLabels);
  expect(selectors(budgets)).toEqual(expect.arrayContaining(selectors(deploymentsOf(example))));
});

test('what is optional is there only when it is asked for', () => {
  const optional = ['HorizontalPodAutoscaler', 'Ingress', 'ServiceMonitor', 'PodMonitor'];
  expect(optional.filter((kind) => kindsOf('own-temporal.yaml').has(kind))).toEqual([]);
  expect([...kindsOf('cloud-mtls.yaml')]).toEqual(expect.arrayContaining(optional));
});

test('Temporal Cloud is reached by certificate files or by an API key', () => {
  const config = (example: string): Manifest['data'] =>
    manifestsOf(example).find(({ kind }) => kind === 'ConfigMap')?.data;
  expect(config('cloud-mtls.yaml')).toMatchObject({
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_CLIENT_CERT_PATH: '/etc/sluice/temporal/tls.crt',
  });
  const [api] = deploymentsOf('cloud-api-key.yaml');
  expect(api === undefined ? [] : containerOf(api).env).toContainEqual({
    name: 'TEMPORAL_API_KEY',
    valueFrom: { secretKeyRef: { name: 'temporal-cloud', key: 'api-key' } },
  });
});

describe('the schema of the values', () => {
  const validate = new Ajv({ strict: false }).compile(
    JSON.parse(read(chart, 'values.schema.json')) as object,
  );
  const values = (): Record<string, Record<string, unknown>> =>
    parse(read(chart, 'values.yaml')) as Record<string, Record<string, unknown>>;

  test('the defaults fit', () => {
    expect([validate(values()), validate.errors]).toEqual([true, null]);
  });

  test.each([
    ['config', 'DATABASE_URL', 'postgres://u:p@db/sluice'],
    ['config', 'lower', 'x'],
    ['workers', 'flow', { queues: ['flo'] }],
    ['temporal', 'address', 'https://temporal:7233'],
    ['secrets', 'existing', ''],
    ['api', 'replica', 3],
  ])('%s.%s that cannot be right is refused', (part, name, value) => {
    const changed = values();
    Object.assign(changed[part] ?? {}, { [name]: value });
    expect(validate(changed)).toBe(false);
  });
});
