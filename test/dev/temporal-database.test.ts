import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PartFailedError, type ProcessPart } from '../../src/dev/parts/process-part.js';
import { randomPort } from '../../src/dev/ports.js';
import { resolveTemporalBinary } from '../../src/dev/temporal/binary.js';
import { cacheFolder } from '../../src/dev/temporal/cache-folder.js';
import { startOnDatabase } from '../../src/dev/temporal/database-file.js';
import { createTemporalServer } from '../../src/dev/temporal/temporal.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const folder = useTemporaryFolder();
const databaseFile = join(folder, 'temporal.db');
const mark = `${databaseFile}.making`;
const parts: ProcessPart[] = [];
afterEach(() => Promise.all(parts.splice(0).map((part) => part.stop(true))));

async function server(): Promise<ProcessPart> {
  const { path } = await resolveTemporalBinary({
    set: process.env['TEMPORAL_CLI_PATH'],
    cacheFolder: cacheFolder(process.env['XDG_CACHE_HOME'], join(folder, 'cache')),
    onProgress: () => undefined,
  });
  const part = createTemporalServer({
    binary: path,
    databaseFile,
    folder,
    logFile: join(folder, 'temporal.log'),
    port: await randomPort('127.0.0.1'),
    uiPort: await randomPort('127.0.0.1'),
    namespace: 'default',
  });
  parts.push(part);
  return part;
}

test('a file that an earlier start left half made is made anew, and a finished one is kept', async () => {
  // As a server leaves it that is killed before its first commit.
  writeFileSync(databaseFile, '');
  const unmarked = await server();
  await expect(startOnDatabase(databaseFile, () => unmarked.start())).rejects.toThrow(PartFailedError);
  writeFileSync(mark, '');
  const first = await server();
  await startOnDatabase(databaseFile, () => first.start());
  expect(existsSync(mark)).toBe(false);
  await first.stop();

  await expect(
    startOnDatabase(databaseFile, () => Promise.reject(new Error('the port is taken'))),
  ).rejects.toThrow('the port is taken');
  expect(existsSync(databaseFile)).toBe(true);
  const second = await server();
  await startOnDatabase(databaseFile, () => second.start());
}, 120_000);

test('a start that fails before it made a file says so at once', async () => {
  const file = join(folder, 'never.db');
  let starts = 0;
  const start = (): Promise<void> => {
    starts += 1;
    return Promise.reject(new Error('the disk is full'));
  };
  await expect(startOnDatabase(file, start)).rejects.toThrow('the disk is full');
  expect([starts, existsSync(`${file}.making`)]).toEqual([1, true]);
});
