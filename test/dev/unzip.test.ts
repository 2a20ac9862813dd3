import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32ForZip, zipOf } from '../support/zip-writer.js';
import { BadZipError, unzipEntry } from '../../src/dev/temporal/unzip.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const folder = useTemporaryFolder();
const big = '#!/bin/sh\necho hello\n'.padEnd(300_000, '# filler\n');

test('one deflated entry comes out whole and can be run', async () => {
  const archive = join(folder, 'deflated.zip');
  writeFileSync(archive, zipOf({ 'pkg/readme.txt': 'no', 'pkg/scripts/temporal': big }));
  const target = join(folder, 'temporal');
  await unzipEntry(archive, (name) => name.endsWith('/temporal'), target);
  expect(readFileSync(target, 'utf8')).toBe(big);
  expect(statSync(target).mode & 0o111).toBe(0o111);
  expect(execFileSync(target, { encoding: 'utf8' })).toBe('hello\n');
});

test('an archive without the entry is an error', async () => {
  const archive = join(folder, 'other.zip');
  writeFileSync(archive, zipOf({ 'a.txt': 'a' }));
  await expect(unzipEntry(archive, (name) => name === 'b.txt', join(folder, 'b'))).rejects.toThrow(
    BadZipError,
  );
});

test.each([
  ['cut off', (zip: Buffer) => zip.subarray(0, 60)],
  ['of something else', () => Buffer.from('not an archive at all, but long enough to hold a record')],
])('an archive that is %s is an error', async (_what, damage) => {
  const archive = join(folder, 'damaged.zip');
  writeFileSync(archive, damage(zipOf({ temporal: big })));
  await expect(unzipEntry(archive, () => true, join(folder, 'damaged'))).rejects.toThrow(BadZipError);
});

test('the checksum of the test archives is that of the format', () => {
  expect(crc32ForZip(Buffer.from('123456789'))).toBe(0xcbf43926);
});
