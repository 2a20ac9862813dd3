/**
 * Time until the second `npm start` of a home is ready, and memory of the whole stack at rest. The time's
 * baseline loads the API's and the worker's code alone, in sequence. The memory's baseline is the Temporal
 * server alone. Needs a build; run it with `node scripts/bench.mjs stack`.
 *
 * Not measured: a cold page cache, a home with many runs, the server's download, other systems than Linux.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const ROUNDS = 5;
const REST_MS = 15_000;
const root = resolve('.');
const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));

async function startStack(): Promise<{ child: ChildProcess; readyMs: number }> {
  const startedAt = performance.now();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...process.env, SLUICE_HOME: home, NO_OPEN: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await new Promise<void>((ready, fail) => {
    let output = '';
    child.stdout?.on('data', (part: Buffer) => {
      output += part.toString();
      if (output.includes('Ctrl-C stops everything')) ready();
    });
    child.once('exit', () => fail(new Error(`the stack ended:\n${output}`)));
  });
  return { child, readyMs: performance.now() - startedAt };
}

async function stopStack(child: ChildProcess): Promise<number> {
  const startedAt = performance.now();
  const ended = new Promise((settle) => child.once('exit', settle));
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
  return performance.now() - startedAt;
}

/** The lower bound of a start of these programs: each alone, in sequence, with nothing to do. */
function bareStartsMs(): number {
  const startedAt = performance.now();
  for (const program of ['api/deps.js', 'workers/worker.js'])
    spawnSync(process.execPath, [
      '-e',
      `import(${JSON.stringify(join(root, 'dist', program))}).then(() => process.exit())`,
    ]);
  return performance.now() - startedAt;
}

interface Memory {
  readonly name: string;
  readonly rss: number;
  readonly pss: number;
}

/** PSS shares a page among those that map it; adding up RSS counts PostgreSQL's shared memory once a process. */
function memoryBelow(pid: number): Memory[] {
  const lines = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const found = new Set([pid]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const [child = 0, parent = 0] of parents) if (found.has(parent)) found.add(child);
  }
  return [...found].filter((each) => existsSync(`/proc/${each}/smaps_rollup`)).map(memoryOf);
}

function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) / 1_024;
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return { name: nameOf(command), rss: megabytes('Rss'), pss: megabytes('Pss') };
}

function nameOf(command: string): string {
  if (command.includes('postgres')) return 'PostgreSQL';
  if (command.includes('start-dev')) return 'Temporal';
  if (command.includes('workers/main')) return 'worker';
  if (command.includes('api/main')) return 'API';
  return command.includes('dev/main') ? 'supervisor' : 'npm';
}

function printMemory(processes: readonly Memory[]): void {
  for (const name of new Set(processes.map((each) => each.name))) {
    const own = processes.filter((each) => each.name === name);
    console.log(`  ${name.padEnd(12)} PSS ${sum(own, 'pss')} MB, RSS ${sum(own, 'rss')} MB`);
  }
  const total = Number(sum(processes, 'pss'));
  const temporal = Number(
    sum(
      processes.filter(({ name }) => name === 'Temporal'),
      'pss',
    ),
  );
  console.log(`  ${'all'.padEnd(12)} PSS ${total} MB, RSS ${sum(processes, 'rss')} MB (goal: 700 MB)`);
  console.log(`  against the Temporal server alone: ${(total / temporal).toFixed(2)} times`);
}

const sum = (processes: readonly Memory[], what: 'rss' | 'pss'): string =>
  processes.reduce((total, each) => total + each[what], 0).toFixed(0);

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

try {
  const first = await startStack();
  console.log(`first start of a home: ${first.readyMs.toFixed(0)} ms`);
  await stopStack(first.child);
  const readyMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bareMs.push(bareStartsMs());
    const { child, readyMs: took } = await startStack();
    readyMs.push(took);
    if (round === ROUNDS - 1) {
      await setTimeout(REST_MS);
      console.log('at rest:');
      printMemory(memoryBelow(child.pid ?? 0));
    }
    const stopMs = await stopStack(child);
    console.log(
      `start ${took.toFixed(0)} ms, loading the API's and the worker's code ${bareMs.at(-1)?.toFixed(0)} ms, stop ${stopMs.toFixed(0)} ms`,
    );
  }
  console.log(`second start, median of ${ROUNDS}: ${median(readyMs).toFixed(0)} ms (goal: 6000 ms)`);
  console.log(`against loading the code alone: ${(median(readyMs) / median(bareMs)).toFixed(2)} times`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
