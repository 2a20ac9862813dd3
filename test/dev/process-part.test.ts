import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PartFailedError, ProcessPart, type ProcessPartOptions } from '../../src/dev/parts/process-part.js';
import { identityOf, isRunning, type ProcessIdentity } from '../../src/dev/processes.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { waitUntil } from '../support/wait-until.js';

const folder = useTemporaryFolder();
const parts: ProcessPart[] = [];
afterEach(() => Promise.all(parts.splice(0).map((part) => part.stop(true))));

function newPart(name: string, script: string, more: Partial<ProcessPartOptions> = {}): ProcessPart {
  const part = new ProcessPart({
    name,
    command: 'sh',
    args: ['-c', script],
    logFile: join(folder, `${name}.log`),
    pidFile: join(folder, `${name}.pid`),
    stopSteps: [
      { signal: 'SIGTERM', waitMs: 5_000 },
      { signal: 'SIGKILL', waitMs: 2_000 },
    ],
    readyTimeoutMs: 10_000,
    isReady: () => Promise.resolve(true),
    ...more,
  });
  parts.push(part);
  return part;
}

const runningOf = (part: ProcessPart): ProcessIdentity => {
  const identity = identityOf(part.pid ?? 0);
  if (identity === undefined) throw new Error('the part does not run');
  return identity;
};

test('a part that ends before it is ready fails with its last lines', async () => {
  const part = newPart('early', 'echo the port is taken >&2; exit 3', {
    isReady: () => Promise.resolve(false),
  });
  await expect(part.start()).rejects.toThrow(PartFailedError);
  await expect(
    newPart('early', 'echo again; exit 3', { isReady: () => Promise.resolve(false) }).start(),
  ).rejects.toThrow('early ended (code 3):\nagain');
});

test('a program that cannot be started fails with the reason', async () => {
  const part = newPart('absent', '', {
    command: join(folder, 'absent'),
    isReady: () => Promise.resolve(false),
  });
  await expect(part.start()).rejects.toThrow('ENOENT');
});

test('a part that never gets ready is ended', async () => {
  const part = newPart('slow', 'exec sleep 600', {
    isReady: () => Promise.resolve(false),
    readyTimeoutMs: 100,
  });
  await expect(part.start()).rejects.toThrow('was not ready');
  expect(identityOf(part.pid ?? 0)).toBeUndefined();
});

test('a part that is killed is started again and says so', async () => {
  const reported: string[] = [];
  const part = newPart('killed', 'exec sleep 600', { onEnd: (text) => void reported.push(text) });
  await part.start();
  const first = runningOf(part);
  process.kill(first.pid, 'SIGKILL');
  await waitUntil(() => Promise.resolve(part.pid !== first.pid), { what: 'the second process' });
  expect(isRunning(runningOf(part))).toBe(true);
  expect(reported).toEqual(['ended (SIGKILL), starts again in 0.5 s']);
});

test('a stopped part is not started again, and its pid file is gone', async () => {
  const part = newPart('stopped', 'exec sleep 600');
  await part.start();
  const identity = runningOf(part);
  await part.stop();
  expect(isRunning(identity)).toBe(false);
  expect(existsSync(join(folder, 'stopped.pid'))).toBe(false);
  await expect(part.start()).rejects.toThrow('was stopped');
});

test('a part that does not heed the polite signal is killed', async () => {
  const part = newPart('deaf', 'trap "" TERM; echo deaf; while :; do sleep 0.05; done', {
    stopSteps: [
      { signal: 'SIGTERM', waitMs: 200 },
      { signal: 'SIGKILL', waitMs: 2_000 },
    ],
    isReady: () => Promise.resolve(readFileSync(join(folder, 'deaf.log'), 'utf8').includes('deaf')),
  });
  await part.start();
  const identity = runningOf(part);
  await part.stop();
  expect(isRunning(identity)).toBe(false);
});

test('what a killed supervisor left running is ended before the part starts', async () => {
  const orphan = spawn('sleep', ['600']);
  const identity = identityOf(orphan.pid ?? 0);
  writeFileSync(join(folder, 'left.pid'), JSON.stringify(identity));
  const part = newPart('left', 'exec sleep 600');
  await part.start();
  expect(identity !== undefined && isRunning(identity)).toBe(false);
});
