import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../../../src/platform/config.js';
import { objectFolderOf, openObjectStore } from '../../../src/platform/objects/open.js';
import { importsOf, sourceFiles } from '../../support/import-graph.js';

const root = resolve(import.meta.dirname, '../../..');
const SECRET = 'a signing secret of more than thirty-two characters';
const keys = { S3_ACCESS_KEY_ID: 'ours', S3_SECRET_ACCESS_KEY: 'x' };
const awsKeys = { AWS_ACCESS_KEY_ID: 'theirs', AWS_SECRET_ACCESS_KEY: 'y' };

async function linkOf(env: Record<string, string>): Promise<URL> {
  const store = await openObjectStore(loadConfig(env), { current: SECRET });
  const options = {
    ttlSeconds: 900,
    filename: 'a.csv',
    disposition: 'attachment',
    contentType: 'text/csv',
  } as const;
  return new URL(await store.signGet('results/job_1/abc', options), 'http://api');
}

test('without a bucket results are files of the home, or of the folder that is named', async () => {
  expect((await linkOf({})).pathname).toBe('/files/results.job_1.abc');
  expect(objectFolderOf(loadConfig({ SLUICE_HOME: '/home/x/.sluice' }))).toBe('/home/x/.sluice/objects');
  expect(objectFolderOf(loadConfig({ OBJECT_STORE_DIR: '/srv/results' }))).toBe('/srv/results');
});

test.each([
  [
    'Amazon, in its own region',
    { S3_REGION: 'eu-central-1', AWS_REGION: 'us-west-1' },
    'https://bucket.s3.eu-central-1.amazonaws.com',
  ],
  [
    'Amazon, by the name that others give the region',
    { AWS_REGION: 'ap-northeast-1' },
    'https://bucket.s3.ap-northeast-1.amazonaws.com',
  ],
  ['another server', { S3_ENDPOINT: 'http://store:7070' }, 'http://store:7070/bucket'],
  [
    'another server by host names',
    { S3_ENDPOINT: 'http://store:7070', S3_FORCE_PATH_STYLE: 'false' },
    'http://bucket.store:7070',
  ],
  [
    'another server under its public address',
    { S3_ENDPOINT: 'http://store:7070', S3_PUBLIC_ENDPOINT: 'https://files.example' },
    'https://files.example/bucket',
  ],
])('a bucket at %s is linked where people find it', async (_what, env, place) => {
  const link = await linkOf({ S3_BUCKET: 'bucket', ...keys, ...env });
  expect(link.origin + link.pathname).toBe(`${place}/results/job_1/abc`);
  expect([...link.searchParams.keys()].filter((name) => name.startsWith('x-amz-checksum'))).toEqual([]);
});

test.each([
  ['our own names', { ...keys, ...awsKeys }, 'ours', null],
  ["AWS's names", awsKeys, 'theirs', null],
  ["AWS's names with a session", { ...awsKeys, AWS_SESSION_TOKEN: 'token' }, 'theirs', 'token'],
])('keys are taken by %s', async (_what, env, id, token) => {
  const { searchParams } = await linkOf({ S3_BUCKET: 'bucket', ...env });
  expect(searchParams.get('X-Amz-Credential')).toMatch(new RegExp(`^${id}/\\d{8}/us-east-1/s3/`));
  expect(searchParams.get('X-Amz-Security-Token')).toBe(token);
});

test('the S3 client is loaded by one file, which nothing loads before a bucket is named', () => {
  const edges = sourceFiles(root, 'src').flatMap((file) => importsOf(root, file));
  const users = edges.filter((edge) => edge.to.startsWith('@aws-sdk/')).map((edge) => edge.from);
  expect([...new Set(users)]).toEqual(['src/platform/objects/s3.ts']);
  for (const { from } of edges.filter((edge) => edge.to === 'src/platform/objects/s3.ts')) {
    expect(readFileSync(resolve(root, from), 'utf8')).not.toMatch(/^import .*object-store-s3/m);
  }
});
