import { randomBytes } from 'node:crypto';
import { access, constants, stat } from 'node:fs/promises';
import { ObjectStoreError } from '../../contracts/reports/object-store.js';
import type { Config } from '../../platform/config.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { objectFolderOf } from '../../platform/objects/open.js';
import { failed, reasonOf, type Check, type Finding } from '../doctor.js';

export const objectStoreCheck: Pick<Check, 'look'> = {
  async look({ config }) {
    const wrong = contradictions(config);
    if (wrong.length > 0) return wrong;
    return config.s3Bucket === undefined ? lookAtFolder(config) : lookAtBucket(config, config.s3Bucket);
  },
};

function contradictions(config: Config): Finding[] {
  if (config.s3Bucket === undefined && config.s3Endpoint !== undefined) {
    return [
      failed(
        'S3_ENDPOINT is set and S3_BUCKET is not: results go to a folder.',
        'Set S3_BUCKET, or neither.',
      ),
    ];
  }
  if ((config.s3AccessKeyId === undefined) !== (config.s3SecretAccessKey === undefined)) {
    return [
      failed(
        'Of S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY only one is set.',
        'Set both; or neither, where the cloud gives the machine its rights.',
      ),
    ];
  }
  return [];
}

async function lookAtFolder(config: Config): Promise<Finding[]> {
  const folder = objectFolderOf(config);
  if (config.databaseUrl !== undefined && config.objectStoreDir === undefined) {
    const what = `Results are kept in ${folder}, which every API and worker must share.`;
    return [
      { state: 'warning', what, fix: 'Set S3_BUCKET, or OBJECT_STORE_DIR to a folder that all of them see.' },
    ];
  }
  try {
    if (!(await stat(folder)).isDirectory()) {
      return [failed(`${folder} is not a folder.`, 'Set OBJECT_STORE_DIR to one.')];
    }
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return [{ state: 'ok', what: `Results are kept in ${folder}.` }];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [{ state: 'unused', what: `The folder for results, ${folder}, is made with the first one.` }];
    }
    return [
      failed(`${folder} cannot be used: ${reasonOf(error)}.`, 'Give this user the right to write there.'),
    ];
  }
}

async function lookAtBucket(config: Config, bucket: string): Promise<Finding[]> {
  const { openS3ObjectStore } = await import('../../platform/objects/s3.js');
  const where = `The bucket "${bucket}" at ${new URL(config.s3Endpoint ?? 'https://s3.amazonaws.com').host}`;
  try {
    const store = openS3ObjectStore(config);
    await store.check();
    await tryOut(store);
    return [{ state: 'ok', what: `${where} takes, gives back and removes objects.` }];
  } catch (error) {
    const fix =
      'Check S3_ENDPOINT, S3_BUCKET, the keys, and that they may get, put, list and delete objects there.';
    return [failed(`${where} cannot be used: ${faultOf(error)}.`, fix)];
  }
}

/** Rights to look do not say anything about rights to write. */
async function tryOut(store: ObjectStore): Promise<void> {
  const key = `doctor/${randomBytes(8).toString('hex')}`;
  await store.put(key, content(), { contentType: 'text/plain' });
  const stored = await store.head(key);
  await store.delete(key);
  if (stored === undefined) throw new Error('an object that was just written is not there');
}

async function* content(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from('sluice doctor'));
}

function faultOf(error: unknown): string {
  const cause = error instanceof ObjectStoreError ? error.cause : error;
  const { $metadata } = (cause ?? {}) as { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode === 404) return 'there is no such bucket';
  if ($metadata?.httpStatusCode === 403) return 'the keys are refused';
  return reasonOf(cause);
}
