import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockHome, lockOwner } from '../../src/dev/home-lock.js';
import { identityOf, isRunning } from '../../src/dev/processes.js';
import { StartError } from '../../src/dev/start-error.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { waitUntil } from '../support/wait-until.js';

const folder = useTemporaryFolder();

function newHome(name: string): string {
  const home = join(folder, name);
  mkdirSync(home);
  return home;
}

test('a home that is in use refuses a second stack and names the process', () => {
  const home = newHome('in-use');
  const lock = lockHome(home);
  expect(() => lockHome(home)).toThrow(StartError);
  expect(() => lockHome(home)).toThrow(`process ${process.pid}`);
  lock.release();
});

test('a released home can be locked again', () => {
  const home = newHome('released');
  lockHome(home).release();
  lockHome(home).release();
  expect(lockOwner(home)).toBeUndefined();
});

test('the lock of a process that was killed with -9 is taken over', async () => {
  const home = newHome('killed');
  const owner = spawn('sleep', ['600']);
  const identity = identityOf(owner.pid ?? 0);
  writeFileSync(join(home, 'lock'), JSON.stringify(identity));
  expect(lockOwner(home)).toEqual(identity);
  expect(() => lockHome(home)).toThrow('already running');
  owner.kill('SIGKILL');
  await waitUntil(() => Promise.resolve(identity !== undefined && !isRunning(identity)), {
    what: 'the end of the owner',
  });
  const lock = lockHome(home);
  expect(lockOwner(home)?.pid).toBe(process.pid);
  lock.release();
});

test('a lock whose number now belongs to another process is taken over', () => {
  const home = newHome('reused');
  writeFileSync(join(home, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot:1' }));
  lockHome(home).release();
});

test('a torn lock file is taken over', () => {
  const home = newHome('torn');
  writeFileSync(join(home, 'lock'), '{"pid":');
  lockHome(home).release();
});
