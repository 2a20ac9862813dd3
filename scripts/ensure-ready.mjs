// Runs before `npm start` (--build) and `npm test`, with Node alone. It installs dependencies that are missing
// or stale, and builds when the build is. Two at once are safe: the second waits, and then finds everything
// done. With --installed it leaves the dependencies alone: an installation takes the packages away beneath who
// uses them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildIsStale } from './build-stamp.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const OLDEST_NODE = [20, 3];
const stamp = join(root, 'node_modules/.sluice-install');

requireNode();
await underLock(async () => {
  if (!process.argv.includes('--installed') && dependenciesAreStale()) install();
  if (process.argv.includes('--build') && buildIsStale(root))
    run([join(root, 'scripts/build.mjs')], 'building');
});

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Sluice needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}.`);
}

function fingerprint() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
}

function dependenciesAreStale() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()) return false;
  if (!matchesLock()) return true;
  // Somebody ran npm by hand, and what is there is what the lock file asks for.
  writeFileSync(stamp, fingerprint());
  return false;
}

/** npm keeps its own account of what it installed; an optional package of another platform is not in it. */
function matchesLock() {
  try {
    const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
    const installed = read('node_modules/.package-lock.json');
    return Object.entries(read('package-lock.json'))
      .filter(([path]) => path !== '')
      .every(
        ([path, wanted]) =>
          installed[path]?.version === wanted.version || (!installed[path] && wanted.optional),
      );
  } catch {
    return false;
  }
}

function install() {
  console.log('Installing the dependencies (npm ci) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const cache = isWritable(homedir()) ? {} : { npm_config_cache: join(tmpdir(), `sluice-npm-${userId()}`) };
  const env = { ...process.env, ...cache };
  const result =
    npm !== undefined && /\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit', env })
      : spawnSync('npm', args, { cwd: root, stdio: 'inherit', env });
  if (result.status !== 0) fail('The dependencies could not be installed: see what npm says above.');
  writeFileSync(stamp, fingerprint());
}

function run(args, what) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`${what} failed: see above.`);
}

/** Making a folder succeeds for one process alone. A folder whose owner is gone is taken over. */
async function underLock(work) {
  const lock = join(
    tmpdir(),
    `sluice-ready-${userId()}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`,
  );
  for (let waited = false; ;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock)) {
      rmSync(lock, { recursive: true, force: true });
    } else {
      if (!waited) console.log('Waiting for another start of this checkout to finish installing …');
      waited = true;
      await setTimeout(300);
    }
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAbandoned(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH' || (error.code === 'ENOENT' && isOld(lock));
  }
}

/** Killed before it could say who it is. */
function isOld(lock) {
  return Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 10_000;
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return folder !== '';
  } catch {
    return false;
  }
}

function userId() {
  return process.getuid?.() ?? 'user';
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
