import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '../../../src/platform/config.js';
import { temporalTarget, usesOwnTemporal } from '../../../src/platform/temporal/connection.js';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-profile-'));
  file = join(folder, 'temporal.toml');
  await writeFile(join(folder, 'client.pem'), 'the certificate');
  await writeFile(join(folder, 'client.key'), 'the key');
  await writeFile(
    file,
    `[profile.default]
address = "default.example:7233"

[profile.cloud]
address = "ns.acct.tmprl.cloud:7233"
namespace = "ns.acct"
api_key = "from the file"
[profile.cloud.grpc_meta]
team = "ours"

[profile.mtls]
address = "own.example:7233"
namespace = "prod"
[profile.mtls.tls]
server_name = "temporal.internal"
client_cert_path = "${folder}/client.pem"
client_key_path = "${folder}/client.key"

[profile.empty]
namespace = "nowhere"
`,
  );
});

afterAll(() => rm(folder, { recursive: true }));

const target = (env: Record<string, string>) => temporalTarget(loadConfig(env));

test('nothing set means the embedded server, its default namespace and no TLS', () => {
  expect(target({})).toEqual({
    address: '127.0.0.1:7233',
    namespace: 'default',
    connection: { address: '127.0.0.1:7233' },
  });
  expect(usesOwnTemporal(loadConfig({}))).toBe(false);
});

test('an API key profile gives address, namespace, key, TLS and headers', () => {
  const env = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'cloud' };
  expect(target(env)).toEqual({
    address: 'ns.acct.tmprl.cloud:7233',
    namespace: 'ns.acct',
    connection: {
      address: 'ns.acct.tmprl.cloud:7233',
      apiKey: 'from the file',
      tls: true,
      metadata: { team: 'ours' },
    },
  });
  expect(usesOwnTemporal(loadConfig(env))).toBe(true);
});

test('an mTLS profile reads certificate and key from their files', () => {
  const { namespace, connection } = target({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'mtls' });
  expect(namespace).toBe('prod');
  expect(connection.tls).toEqual({
    serverNameOverride: 'temporal.internal',
    clientCertPair: { crt: Buffer.from('the certificate'), key: Buffer.from('the key') },
  });
});

test('variables win over the profile', () => {
  const { address, namespace, connection } = target({
    TEMPORAL_CONFIG_FILE: file,
    TEMPORAL_PROFILE: 'cloud',
    TEMPORAL_ADDRESS: 'other.example:7233',
    TEMPORAL_NAMESPACE: 'other',
    TEMPORAL_API_KEY: 'from the variable',
  });
  expect({ address, namespace, apiKey: connection.apiKey }).toEqual({
    address: 'other.example:7233',
    namespace: 'other',
    apiKey: 'from the variable',
  });
});

test('a named file without a named profile uses its default profile', () => {
  expect(target({ TEMPORAL_CONFIG_FILE: file }).address).toBe('default.example:7233');
});

test('variables alone are enough for mTLS and for a server without TLS', () => {
  const pem = { TEMPORAL_TLS_CLIENT_CERT_DATA: 'crt', TEMPORAL_TLS_CLIENT_KEY_DATA: 'key' };
  expect(target({ TEMPORAL_ADDRESS: 'a:1', ...pem }).connection.tls).toMatchObject({
    clientCertPair: { crt: Buffer.from('crt'), key: Buffer.from('key') },
  });
  expect(target({ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_TLS: 'true' }).connection.tls).toEqual({});
  expect(target({ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_TLS: 'false', ...pem }).connection.tls).toBe(false);
});

test.each([
  [
    'a profile that the file does not have',
    { TEMPORAL_PROFILE: 'missing' },
    /profile "missing" of .*missing/,
  ],
  ['a profile without an address', { TEMPORAL_PROFILE: 'empty' }, /names no address/],
])('%s stops the start with the variable to look at', (_what, env, message) => {
  const wrong = () => target({ TEMPORAL_CONFIG_FILE: file, ...env });
  expect(wrong).toThrow(ConfigError);
  expect(wrong).toThrow(/TEMPORAL_PROFILE/);
  expect(wrong).toThrow(message);
});

test('a certificate that is not there stops the start with the variables and the file', () => {
  const wrong = () => target({ TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere.pem' });
  expect(wrong).toThrow(/TEMPORAL_TLS_.*nowhere\.pem/);
});
