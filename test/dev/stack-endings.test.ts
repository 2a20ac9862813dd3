import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomPort } from '../../src/dev/ports.js';
import { isRunning, type ProcessIdentity } from '../../src/dev/processes.js';
import { homeMark, markedProcesses } from '../../src/dev/start-mark.js';
import {
  buildOnce,
  ownEnvironment,
  processesOf,
  startStack,
  untilReady,
  type DevFile,
} from '../support/servers/stack-process.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { waitUntil } from '../support/wait-until.js';

const root = resolve(import.meta.dirname, '../..');
const folder = useTemporaryFolder();
/** Of every stack here: each start finds what the ending before it left, and boots without making a cluster anew. */
const home = join(folder, 'home');
const GONE_MS = 30_000;
/** A machine that does much else boots slowly. */
const BOOT_MS = 240_000;

interface Group {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Sends a signal to npm, its shell and the supervisor at once, as a terminal or a process manager does. */
  readonly signal: (name: NodeJS.Signals) => void;
}

/** A command line as a terminal runs it: in a group of its own. */
function startGroup(commandLine: string, port: number): Group {
  const child = spawn('sh', ['-c', commandLine], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ownEnvironment(home, { PORT: String(port) }),
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => void (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => void (output += part.toString()));
  return { child, output: () => output, signal: (name) => process.kill(-(child.pid ?? 0), name) };
}

const devFile = (): DevFile => JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8')) as DevFile;

const supervisorOf = (): ProcessIdentity =>
  JSON.parse(readFileSync(join(home, 'lock'), 'utf8')) as ProcessIdentity;

const left = (): number[] => [
  ...markedProcesses(homeMark(home)).map(({ pid }) => pid),
  ...processesOf(home, undefined),
];

const untilGone = (): Promise<true> =>
  waitUntil(() => Promise.resolve(left().length === 0), {
    what: 'the end of every process',
    timeoutMs: GONE_MS,
  });

/** A stack that ended instead of booting says why. */
async function untilSays({ child, output }: Group, line: string): Promise<void> {
  const said = (): boolean => output().includes(line);
  await waitUntil(() => Promise.resolve(said() || child.exitCode !== null), {
    what: line,
    timeoutMs: BOOT_MS,
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${output()}`);
  });
  expect(said() ? line : output()).toBe(line);
}

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );

beforeAll(() => {
  buildOnce();
  mkdirSync(home, { mode: 0o711 });
}, 300_000);

afterAll(() => {
  for (const { pid } of markedProcesses(folder)) process.kill(pid, 'SIGKILL');
  for (const pid of processesOf(folder, undefined)) process.kill(pid, 'SIGKILL');
});

test.each([
  ['kill -9', 'SIGKILL', 'PostgreSQL  starting'],
  ['SIGTERM', 'SIGTERM', 'PostgreSQL  starting'],
  ['kill -9', 'SIGKILL', 'API         starting'],
  ['SIGTERM', 'SIGTERM', 'API         starting'],
] as const)(
  '%s of the group of npm leaves nothing (%s at "%s")',
  async (_name, signal, line) => {
    const group = startGroup('npm start', await randomPort('127.0.0.1'));
    await untilSays(group, line);
    const supervisor = supervisorOf();
    group.signal(signal);
    await waitUntil(() => Promise.resolve(!isRunning(supervisor)), {
      what: 'the supervisor',
      timeoutMs: 40_000,
    });
    await untilGone();
  },
  360_000,
);

test('the stack runs on when nobody reads its output, its file is there before it answers, and SIGHUP ends it', async () => {
  const port = await randomPort('127.0.0.1');
  const group = startGroup('npm start | head -n 8', port);
  await waitUntil(() => answers(port), { what: 'the API', timeoutMs: BOOT_MS });
  expect(devFile().apiUrl).toBe(`http://127.0.0.1:${port}`);
  const supervisor = supervisorOf();
  // `head` has read its lines by now: the supervisor has written more of them, into a closed pipe.
  await waitUntil(() => answers(port), { what: 'the API' });
  await new Promise((settle) => setTimeout(settle, 1_000));
  expect(isRunning(supervisor)).toBe(true);
  expect(await answers(port)).toBe(true);

  group.signal('SIGHUP');
  await waitUntil(() => Promise.resolve(!isRunning(supervisor)), {
    what: 'the supervisor',
    timeoutMs: 30_000,
  });
  await untilGone();
}, 360_000);

test('what is left all the same is ended by the next start, which gets the port that it was asked to use; kill -9 of its group leaves nothing', async () => {
  const port = await randomPort('127.0.0.1');
  const first = startStack(home, { PORT: String(port) });
  await untilReady(first);
  const before = markedProcesses(homeMark(home)).map(({ pid }) => pid);
  // A frozen process hears nothing of the supervisor's end, and without a watcher nobody ends the others.
  const [api] = [Number((JSON.parse(readFileSync(join(home, 'api.pid'), 'utf8')) as ProcessIdentity).pid)];
  process.kill(api, 'SIGSTOP');
  const watcher = processesOf(home, undefined).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sluice-watcher'),
  );
  expect(watcher).toHaveLength(1);
  first.child.kill('SIGSTOP');
  for (const pid of watcher) process.kill(pid, 'SIGKILL');
  first.child.kill('SIGKILL');
  await first.ended;
  expect(left()).toContain(api);

  const second = startGroup('npm start', port);
  await untilSays(second, 'Ctrl-C stops everything');
  expect(devFile().apiUrl).toBe(`http://127.0.0.1:${port}`);
  expect(second.output()).toContain('processes of an earlier start were ended');
  const now = left();
  expect(before.filter((pid) => now.includes(pid))).toEqual([]);
  const supervisor = supervisorOf();
  second.signal('SIGKILL');
  await waitUntil(() => Promise.resolve(!isRunning(supervisor)), {
    what: 'the supervisor',
    timeoutMs: 40_000,
  });
  await untilGone();
}, 360_000);
