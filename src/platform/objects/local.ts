import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FileLinks } from '../../crypto/file-links.js';
import { ObjectStoreError } from '../../contracts/reports/object-store.js';
import { isObjectKey, requireObjectKey } from '../../domain/runs/object-key.js';
import { contentDisposition } from '../../domain/reports/content-disposition.js';
import type { ByteRange } from '../../domain/reports/byte-range.js';
import type { ObjectStore, PutOptions, StoredObject } from './object-store.js';

/**
 * Objects as files of one folder, which every process that reads or writes them must share.
 *
 * L1. A file gets its name when all of it is on the disk. Its folder knows the name before the write is reported.
 * L2. A half-written file has a dot in its name, which no key has. It is never read or listed as an object.
 */
export interface LocalObjectStoreOptions {
  readonly folder: string;
  readonly links: FileLinks;
}

/** Nobody else on the machine reads what people and models wrote. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

export function createLocalObjectStore({ folder, links }: LocalObjectStoreOptions): ObjectStore {
  const root = resolve(folder);
  const pathOf = (key: string): string => join(root, requireObjectKey(key));
  return {
    kind: 'local',
    put: (key, content, options) => faults(() => writeWhole(pathOf(key), content, options)),
    get: (key, range) => faults(() => openFile(pathOf(key), range)),
    head: (key) => faults(() => lookAt(pathOf(key))),
    delete: (key) => faults(() => removeFile(pathOf(key))),
    list: (prefix) => keysUnder(root, prefix),
    signGet: async (key, { ttlSeconds, disposition, filename }) =>
      links.sign(
        { key: requireObjectKey(key), disposition: contentDisposition(disposition, filename) },
        ttlSeconds,
      ),
    check: () =>
      faults(async () => {
        await mkdir(root, { recursive: true, mode: FOLDER_MODE });
        await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
      }),
  };
}

async function writeWhole(
  path: string,
  content: AsyncIterable<Buffer>,
  { signal }: PutOptions,
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const partial = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    const file = await open(partial, 'wx', FILE_MODE);
    try {
      for await (const piece of content) {
        signal?.throwIfAborted();
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    signal?.throwIfAborted();
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
  // The name is on the disk with its folder, and a new folder with the one that holds it.
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, range: ByteRange | undefined): Promise<StoredObject | undefined> {
  const file = await whereItIs(() => open(path, 'r'));
  if (file === undefined) return undefined;
  const stats = await file.stat();
  if (!stats.isFile()) {
    await file.close();
    return undefined;
  }
  const { first: start, last: end } = range ?? { first: 0, last: Infinity };
  return { stream: file.createReadStream({ start, end }), bytes: stats.size };
}

async function lookAt(path: string): Promise<{ bytes: number } | undefined> {
  const stats = await whereItIs(() => stat(path));
  return stats?.isFile() === true ? { bytes: stats.size } : undefined;
}

async function removeFile(path: string): Promise<void> {
  const folder = dirname(path);
  const name = basename(path);
  const names = (await whereItIs(() => readdir(folder))) ?? [];
  for (const left of names.filter((each) => each === name || each.startsWith(`${name}.`))) {
    await rm(join(folder, left), { force: true });
  }
  // The last one takes its folder with it; one that is in use stays.
  await rmdir(folder).catch(() => undefined);
}

async function* keysUnder(root: string, prefix: string, folder = ''): AsyncGenerator<string> {
  const entries =
    (await faults(() => whereItIs(() => readdir(join(root, folder), { withFileTypes: true })))) ?? [];
  for (const entry of entries) {
    const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const mayLead = key.startsWith(prefix) || prefix.startsWith(`${key}/`);
    if (entry.isDirectory() && mayLead) yield* keysUnder(root, prefix, key);
    else if (entry.isFile() && key.startsWith(prefix) && isObjectKey(key)) yield key;
  }
}

/** Undefined when there is no such file or folder. */
async function whereItIs<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A disk that is full says so by any of these. */
const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

async function faults<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new ObjectStoreError(FULL.includes(code) ? 'full' : 'unavailable', error);
  }
}

/** Of a fault of the file system; undefined for anything else, such as a write that was called off. */
function codeOf(error: unknown): string | undefined {
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : code;
}
