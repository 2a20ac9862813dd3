import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { variables } from '../../src/platform/config/variables.js';

interface Service {
  image: string;
  user?: string;
  build?: unknown;
  restart?: string;
  environment?: Record<string, string>;
  ports?: string[];
  command?: string[];
  volumes?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { resources: { limits: { cpus: string; memory: string } } };
}

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');
const text = read('docker-compose.temporal.yml');
const file = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(file.services);
const schema = JSON.parse(read('test/deploy/compose-spec/compose-spec.json')) as Record<string, unknown>;
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

const isSetup = (service: Service): boolean => service.restart?.startsWith('on-failure') === true;
const namesOf = (holds: (service: Service) => boolean): string[] =>
  services.filter(([, service]) => holds(service)).map(([name]) => name);

test('the file follows the compose specification', () => {
  validate(file);
  expect(validate.errors ?? []).toEqual([]);
});

test.each([
  ['a misspelt key', { services: { a: { image: 'a', heathcheck: {} } } }],
  ['a port that is none', { services: { a: { image: 'a', ports: [{ target: [] }] } } }],
])('%s would not', (_what, wrong) => {
  expect(validate(wrong)).toBe(false);
});

test('the parts that make the product are all there', () => {
  expect(Object.keys(file.services)).toEqual(
    expect.arrayContaining(
      'api worker migrate postgres temporal temporal-ui redis object-store mail-catcher'.split(' '),
    ),
  );
});

test('every variable that it asks for stands in .env.example', () => {
  const asked = new Set([...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]));
  const documented = new Set([...read('.env.example').matchAll(/^#(\w+)=/gm)].map((match) => match[1]));
  expect([...asked].filter((name) => !documented.has(name))).toEqual([]);
  expect(asked.size).toBeGreaterThan(7);
});

test('no secret has a default', () => {
  const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)([^}]*)\}/g)];
  expect(secrets.length).toBeGreaterThan(7);
  // Left out, or asked for: never something to begin with.
  const given = secrets.filter(([, , rest]) => rest !== ':-' && !rest?.startsWith(':?'));
  expect(given.map(([reference]) => reference)).toEqual([]);
  const literal = services.flatMap(([, service]) => Object.entries(service.environment ?? {}));
  const named = literal.filter(([name]) => /PASSWORD|PWD|SECRET|_KEY/.test(name));
  expect(named.filter(([, value]) => !value.startsWith('${')).map(([name]) => name)).toEqual([]);
});

test('every image has an exact version, and ours is that of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  for (const [, service] of services)
    expect(service.image).toMatch(/^[a-z./-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  expect(new Set(services.filter(([, { build }]) => build).map(([, { image }]) => image))).toEqual(
    new Set([`sluice:${version}`]),
  );
});

test('what runs on has a health check, what runs once is waited for until it succeeded', () => {
  expect(namesOf((service) => !isSetup(service) && service.healthcheck === undefined)).toEqual([]);
  const waits = services.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
  for (const [name, { condition }] of waits) {
    const target = file.services[name];
    if (target === undefined) throw new Error(`${name} is waited for and does not exist`);
    expect([name, condition]).toEqual([
      name,
      isSetup(target) ? 'service_completed_successfully' : 'service_healthy',
    ]);
  }
  const waitedFor = new Set(waits.map(([name]) => name));
  expect(namesOf(isSetup).filter((name) => !waitedFor.has(name))).toEqual([]);
});

test('our processes are given only variables that they know', () => {
  const known = new Set<string>(Object.values(variables).map((variable) => variable.env));
  const given = services
    .filter(([, service]) => service.build !== undefined)
    .flatMap(([, service]) => Object.keys(service.environment ?? {}));
  expect(given).toContain('DATABASE_URL');
  expect(given.filter((name) => !known.has(name))).toEqual([]);
});

test('results go to the bucket that the setup makes, at an address that people reach', () => {
  const { api, worker, 'object-store': store, 'object-store-setup': setup } = file.services;
  for (const process of [api, worker]) {
    expect(process?.environment).toMatchObject({
      S3_ENDPOINT: 'http://object-store:7070',
      S3_BUCKET: 'sluice',
      S3_PUBLIC_ENDPOINT: expect.stringMatching(/localhost:7070\}$/) as string,
    });
    expect(process?.depends_on).toHaveProperty('object-store');
  }
  expect(api?.environment?.['S3_SECRET_ACCESS_KEY']).toBe(store?.environment?.['ROOT_SECRET_KEY']);
  expect(store?.ports).toEqual(['127.0.0.1:7070:7070']);
  expect(setup?.command?.join(' ')).toContain('/store/data/sluice');
});

test('no part may gain rights, run as root, take the machine or be reached from outside it', () => {
  // The images that change to a user of their own by themselves.
  const ownUser = /^(sluice|temporalio\/(server|admin-tools|ui)):/;
  expect(namesOf((service) => !service.cap_drop?.includes('ALL'))).toEqual([]);
  expect(namesOf((service) => !service.security_opt?.includes('no-new-privileges:true'))).toEqual([]);
  expect(namesOf((service) => service.user === undefined && !ownUser.test(service.image))).toEqual([]);
  // It hands a new volume over and has no network.
  expect(namesOf((service) => service.user === 'root')).toEqual(['object-store-setup']);
  expect(namesOf((service) => service.deploy?.resources.limits.memory === undefined)).toEqual([]);
  const published = services.flatMap(([, service]) => service.ports ?? []);
  expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('what is mounted exists', () => {
  const mounted = services
    .flatMap(([, service]) => service.volumes ?? [])
    .map((mount) => mount.split(':')[0] ?? '');
  expect(
    mounted.filter((from) =>
      from.startsWith('.') ? !existsSync(resolve(root, from)) : !(from in file.volumes),
    ),
  ).toEqual([]);
});

test('the image is Debian, runs as a plain user without a shell in between, and holds no secrets', () => {
  const lines = read('Dockerfile').split('\n');
  expect(
    lines
      .filter((line) => line.startsWith('FROM'))
      .every((line) => /node:20\.\d+\.\d+-bookworm-slim/.test(line)),
  ).toBe(true);
  expect(lines).toEqual(
    expect.arrayContaining(['USER node', 'ENTRYPOINT ["node"]', 'CMD ["dist/api/main.js"]']),
  );
  const ignored = read('.dockerignore').split('\n');
  expect(ignored).toContain('*');
  expect(ignored.filter((line) => line.startsWith('!') && /env|sluice|git/.test(line))).toEqual([]);
});
