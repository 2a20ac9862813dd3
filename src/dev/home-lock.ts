import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from './processes.js';
import { StartError } from './start-error.js';

/**
 * L1. A home has a single stack: the file `lock` holds the pid and start time of its owner. Two Temporal servers on
 *     one file both report that they are up. Nothing below this lock may start without it.
 * L2. The file is made with O_EXCL. A lock whose process is gone (kill -9, reboot) is moved aside, never deleted in
 *     place. Of two finders one gets it by the rename, and the other starts again.
 */
export interface HomeLock {
  readonly owner: ProcessIdentity;
  release(): void;
}

const ATTEMPTS = 5;

export function lockHome(home: string): HomeLock {
  const path = join(home, 'lock');
  const self = identityOf(process.pid);
  if (self === undefined) throw new StartError('This system does not say when a process was started.');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (create(path, self)) return { owner: self, release: () => releaseOf(path, self) };
    const owner = read(path);
    if (owner !== undefined && isRunning(owner)) throw taken(home, owner);
    moveAside(path, owner);
  }
  throw new StartError(`The lock of ${home} changes hands again and again: start one stack at a time.`);
}

/** The process that runs the stack of that home; undefined without one, whatever the file holds. */
export function lockOwner(home: string): ProcessIdentity | undefined {
  const owner = read(join(home, 'lock'));
  return owner !== undefined && isRunning(owner) ? owner : undefined;
}

function create(path: string, self: ProcessIdentity): boolean {
  try {
    writeFileSync(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function moveAside(path: string, stale: ProcessIdentity | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = read(aside);
  // Somebody was faster, and what was moved is their fresh lock: it goes back.
  if (moved !== undefined && moved.startedAt !== stale?.startedAt && isRunning(moved)) {
    renameSync(aside, path);
    return;
  }
  rmSync(aside, { force: true });
}

function releaseOf(path: string, self: ProcessIdentity): void {
  const owner = read(path);
  if (owner?.pid === self.pid && owner.startedAt === self.startedAt) rmSync(path, { force: true });
}

function taken(home: string, owner: ProcessIdentity): StartError {
  return new StartError(
    `The stack of ${home} is already running (process ${owner.pid}): stop it, or choose another SLUICE_HOME.`,
  );
}
