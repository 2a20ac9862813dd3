import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3ObjectStore, type S3Options } from '../../../src/platform/objects/s3.js';
import type { ObjectStore } from '../../../src/platform/objects/object-store.js';
import { freePort } from '../../../src/platform/free-port.js';
import { s3Program } from './s3-program.js';
import { waitUntil } from '../wait-until.js';

/** A real S3 server with one bucket and keys of its own. */
export interface S3Server {
  readonly options: S3Options & { readonly endpoint: string };
  /** As environment of our processes. */
  readonly env: Record<string, string>;
  store(changed?: Partial<S3Options>): ObjectStore;
  stop(): Promise<void>;
}

const BUCKET = 'sluice-test';

/** SLUICE_TEST_S3=http://key:secret@host:port/bucket names one that is there. */
export async function startS3(): Promise<S3Server> {
  const named = process.env['SLUICE_TEST_S3'];
  if (named !== undefined) return serverAt(new URL(named), () => Promise.resolve());
  const program = await s3Program();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-s3-'));
  mkdirSync(join(folder, BUCKET));
  const [accessKey, secretKey] = [randomBytes(8).toString('hex'), randomBytes(16).toString('hex')];
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const child = spawn(
    program,
    [
      'serve',
      's3',
      '--config',
      '/dev/null',
      '--addr',
      address,
      '--auth-key',
      `${accessKey},${secretKey}`,
      folder,
    ],
    { stdio: 'ignore' },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const server = serverAt(new URL(`http://${accessKey}:${secretKey}@${address}/${BUCKET}`), stop);
  const answers = (): Promise<boolean> =>
    server
      .store()
      .check()
      .then(
        () => true,
        () => false,
      );
  await waitUntil(answers, { what: 'the S3 server answers' });
  return server;
}

/** Starts a server for a test file and stops it afterwards. */
export function useS3(): { readonly server: S3Server } {
  let server: S3Server | undefined;
  beforeAll(async () => {
    server = await startS3();
  }, 240_000);
  afterAll(() => server?.stop());
  return {
    get server() {
      if (server === undefined) throw new Error('the S3 server is there only while tests run');
      return server;
    },
  };
}

function serverAt(url: URL, stop: () => Promise<void>): S3Server {
  const options = {
    bucket: url.pathname.slice(1),
    region: 'us-east-1',
    endpoint: url.origin,
    forcePathStyle: true,
    credentials: { accessKeyId: url.username, secretAccessKey: url.password },
  };
  return {
    options,
    env: {
      S3_ENDPOINT: options.endpoint,
      S3_BUCKET: options.bucket,
      S3_ACCESS_KEY_ID: url.username,
      S3_SECRET_ACCESS_KEY: url.password,
    },
    store: (changed = {}) => createS3ObjectStore({ ...options, ...changed }),
    stop,
  };
}
