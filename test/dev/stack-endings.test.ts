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
const GONE_MS = 5_000;
/** A machine that does much else boots slowly. */
const BOOT_MS = 240_000;

interface Group {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Sends a signal to npm, its shell and the supervisor at once, as a terminal or a process manager does. */
  readonly signal: (name: NodeJS.Signals) => void;
}

/** A command line as a terminal runs it: in a group of its own. */
function startGroup(commandLine: string, home: string, port: number): Group {
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

function newHome(name: string): string {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o711 });
  return home;
}

const devFileOf = (home: string): DevFile =>
  JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8')) as DevFile;

const supervisorOf = (home: string): ProcessIdentity =>
  JSON.parse(readFileSync(join(home, 'lock'), 'utf8')) as ProcessIdentity;

const leftOf = (home: string): number[] => [
  ...markedProcesses(homeMark(home)).map(({ pid }) => pid),
  ...processesOf(home, undefined),
];

const untilGone = (home: string): Promise<true> =>
  waitUntil(() => Promise.resolve(leftOf(home).length === 0), {
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

beforeAll(() => buildOnce(), 300_000);

afterAll(() => {
  for (const { pid } of markedProcesses(folder)) process.kill(pid, 'SIGKILL');
  for (const pid of processesOf(folder, undefined)) process.kill(pid, 'SIGKILL');
});

test('the stack runs on when nobody reads its output, its file is there before it answers, and SIGHUP ends it', async () => {
  const home = newHome('head');
  const port = await randomPort('127.0.0.1');
  const group = startGroup('npm start | head -n 8', home, port);
  await waitUntil(() => answers(port), { what: 'the API', timeoutMs: BOOT_MS });
  expect(devFileOf(home).apiUrl).toBe(`http://127.0.0.1:${port}`);
  const supervisor = supervisorOf(home);
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
  await untilGone(home);
}, 360_000);

test.each([
  ['kill -9', 'SIGKILL', 'PostgreSQL  starting'],
  ['kill -9', 'SIGKILL', 'API         starting'],
  ['kill -9', 'SIGKILL', 'Ctrl-C stops everything'],
  ['SIGTERM', 'SIGTERM', 'PostgreSQL  starting'],
  ['SIGTERM', 'SIGTERM', 'API         starting'],
] as const)(
  '%s of the group of npm leaves nothing (%s at "%s")',
  async (_name, signal, line) => {
    const home = newHome(`${signal}-${line.replaceAll(/\W+/g, '-')}`);
    const group = startGroup('npm start', home, await randomPort('127.0.0.1'));
    await untilSays(group, line);
    const supervisor = supervisorOf(home);
    group.signal(signal);
    await waitUntil(() => Promise.resolve(!isRunning(supervisor)), {
      what: 'the supervisor',
      timeoutMs: 40_000,
    });
    await untilGone(home);
  },
  360_000,
);

test('what is left all the same is ended by the next start, which gets the port that it was asked to use', async () => {
  const home = newHome('left');
  const more = { PORT: String(await randomPort('127.0.0.1')) };
  const first = startStack(home, more);
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
  expect(leftOf(home)).toContain(api);

  const second = startStack(home, more);
  const dev = await untilReady(second);
  expect(dev.apiUrl).toBe(`http://127.0.0.1:${more.PORT}`);
  expect(second.output()).toContain('processes of an earlier start were ended');
  expect(before.filter((pid) => leftOf(home).includes(pid))).toEqual([]);
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(leftOf(home)).toEqual([]);
}, 360_000);
