import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ObjectStoreError } from '../../contracts/reports/object-store.js';
import { isObjectKey, requireObjectKey } from '../../domain/runs/object-key.js';
import { contentDisposition } from '../../domain/reports/content-disposition.js';
import type { Config } from '../config.js';
import type { ObjectStore, PutOptions, StoredObject } from './object-store.js';

/**
 * Objects in a bucket of Amazon S3 or of whatever speaks its protocol.
 *
 * S1. A stream goes up in parts, and becomes an object when all of them are there. A failed one takes its parts back.
 *     Leftovers of a killed process go with `delete`.
 * S2. Links are signed for the address that people reach, which need not be the one that we use ourselves.
 */
export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly publicEndpoint?: string | undefined;
  readonly forcePathStyle: boolean;
  /** Without them the client asks what the machine was given by its cloud. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']> | undefined;
}

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** Two parts are in memory at once; ten thousand of them, the most there may be, are 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const CONNECT_TIMEOUT_MS = 3_000;
/** Without a byte for so long the connection is taken for dead. */
const IDLE_TIMEOUT_MS = 30_000;

export function openS3ObjectStore(config: Config): ObjectStore {
  const { s3Bucket, s3Endpoint, s3PublicEndpoint, s3ForcePathStyle } = config;
  return createS3ObjectStore({
    bucket: s3Bucket ?? '',
    region: config.s3Region ?? config.awsRegion ?? 'us-east-1',
    endpoint: s3Endpoint,
    publicEndpoint: s3PublicEndpoint,
    forcePathStyle: s3ForcePathStyle ?? s3Endpoint !== undefined,
    credentials: credentialsOf(config),
  });
}

function credentialsOf(config: Config): S3Options['credentials'] {
  const { s3AccessKeyId, s3SecretAccessKey, awsAccessKeyId, awsSecretAccessKey, awsSessionToken } = config;
  if (s3AccessKeyId !== undefined && s3SecretAccessKey !== undefined)
    return { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey };
  if (awsAccessKeyId === undefined || awsSecretAccessKey === undefined) return undefined;
  return {
    accessKeyId: awsAccessKeyId,
    secretAccessKey: awsSecretAccessKey,
    ...(awsSessionToken === undefined ? {} : { sessionToken: awsSessionToken }),
  };
}

export function createS3ObjectStore(options: S3Options): ObjectStore {
  const client = clientFor(options, options.endpoint);
  const signer = options.publicEndpoint === undefined ? client : clientFor(options, options.publicEndpoint);
  const place = (key: string): Place => ({ Bucket: options.bucket, Key: requireObjectKey(key) });
  return {
    kind: 's3',
    put: (key, content, put) => faults(() => upload(client, { ...place(key), content, ...put })),
    get: (key, range) => faults(() => whatThereIs('NoSuchKey', () => download(client, place(key), range))),
    head: (key) => faults(() => whatThereIs('NotFound', () => lookAt(client, place(key)))),
    delete: (key) => faults(() => remove(client, place(key))),
    list: (prefix) => keysUnder(client, options.bucket, prefix),
    signGet: async (key, { ttlSeconds, filename, disposition, contentType }) => {
      const command = new GetObjectCommand({
        ...place(key),
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition(disposition, filename),
        ResponseCacheControl: 'private, no-cache',
      });
      return faults(() => getSignedUrl(signer, command, { expiresIn: ttlSeconds }));
    },
    check: () =>
      faults(async () => void (await client.send(new HeadBucketCommand({ Bucket: options.bucket })))),
  };
}

function clientFor(options: S3Options, endpoint: string | undefined): S3Client {
  const { region, forcePathStyle, credentials } = options;
  return new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // The signature covers the SHA-256 of every part already. The further sums go with requests without content. They
    // do not fit a range of an object, for which some servers send the whole sum.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
    },
  });
}

async function upload(
  client: S3Client,
  {
    content,
    contentType,
    signal,
    ...place
  }: Place & PutOptions & { readonly content: AsyncIterable<Buffer> },
): Promise<void> {
  signal?.throwIfAborted();
  const transfer = new Upload({
    client,
    params: { ...place, ContentType: contentType, Body: Readable.from(content, { objectMode: false }) },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
    leavePartsOnError: false,
  });
  const callOff = (): void => void transfer.abort();
  signal?.addEventListener('abort', callOff, { once: true });
  try {
    await transfer.done();
  } finally {
    signal?.removeEventListener('abort', callOff);
  }
}

async function download(
  client: S3Client,
  place: Place,
  range: { first: number; last: number } | undefined,
): Promise<StoredObject> {
  const asked = range === undefined ? {} : { Range: `bytes=${range.first}-${range.last}` };
  const { Body, ContentLength, ContentRange } = await client.send(
    new GetObjectCommand({ ...place, ...asked }),
  );
  if (!(Body instanceof Readable)) throw new TypeError('an object came without a body');
  const whole = Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? ContentLength ?? 0);
  return { stream: Body, bytes: whole };
}

async function lookAt(client: S3Client, place: { Bucket: string; Key: string }): Promise<{ bytes: number }> {
  const { ContentLength } = await client.send(new HeadObjectCommand(place));
  return { bytes: ContentLength ?? 0 };
}

async function remove(client: S3Client, { Bucket, Key }: Place): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  for (const { Key: begun, UploadId } of await unfinished(client, { Bucket, Key })) {
    if (begun === Key) await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
}

/** Uploads of parts that nobody completed. Some servers answer that there are none by a 404, or know no such list. */
async function unfinished(client: S3Client, { Bucket, Key }: Place): Promise<MultipartUpload[]> {
  try {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
    return Uploads ?? [];
  } catch (error) {
    if (error instanceof S3ServiceException && ['NoSuchUpload', 'NotImplemented'].includes(error.name))
      return [];
    throw error;
  }
}

async function* keysUnder(client: S3Client, bucket: string, prefix: string): AsyncGenerator<string> {
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
  for (;;) {
    const page = await faults(() => pages.next());
    if (page.done === true) return;
    for (const { Key } of page.value.Contents ?? []) if (Key !== undefined && isObjectKey(Key)) yield Key;
  }
}

async function whatThereIs<Result>(
  absent: 'NoSuchKey' | 'NotFound',
  look: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === absent) return undefined;
    throw error;
  }
}

/** How servers say that there is no room: in the words of the protocol, or of those who speak it. */
const FULL = /InsufficientStorage|QuotaExceeded|StorageFull|NoSpace|ENOSPC/i;

async function faults<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // A mistake of ours, and a write that was called off, are not the store's.
    if (error instanceof TypeError || (error as Error).name === 'AbortError') throw error;
    const isFull =
      error instanceof S3ServiceException &&
      (error.$metadata.httpStatusCode === 507 || FULL.test(`${error.name} ${error.message}`));
    throw new ObjectStoreError(isFull ? 'full' : 'unavailable', error);
  }
}
