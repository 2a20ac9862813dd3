import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { identityOf } from '../../../src/dev/processes.js';
import { waitUntil } from '../wait-until.js';

const root = resolve(import.meta.dirname, '../../..');

/** `dev.json`, as scripts and the CLI read it. */
export interface DevFile {
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly temporalUiUrl: string;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly adminApiKey: string;
  readonly analystApiKey: string;
}

export interface StackProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  readonly dev: () => DevFile;
}

/** Variables that would lead the stack to other servers. */
const foreign = /^(DATABASE_URL|REDIS_URL|PORT|HOST|PUBLIC_URL|SLUICE_|TEMPORAL_(?!CLI_PATH)|LLM_|S3_|SMTP_)/;

/** Builds what `npm start` would build. An installation here would take its packages from the run of the tests. */
export function buildOnce(): void {
  const args = [join(root, 'scripts/ensure-ready.mjs'), '--build', '--installed'];
  const built = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}\n${built.stderr}`);
}

/** For a stack with a home of its own and no browser. */
export function ownEnvironment(home: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), SLUICE_HOME: home, NO_OPEN: '1', ...more };
}

/** The supervisor as `npm start` runs it. */
export function startStack(home: string, more: Readonly<Record<string, string>> = {}): StackProcess {
  const child = spawn(process.execPath, [join(root, 'dist/dev/main.js')], {
    env: ownEnvironment(home, more),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => void (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => void (output += part.toString()));
  const ended = new Promise<number | null>((settle) => child.once('close', settle));
  return {
    child,
    ended,
    output: () => output,
    dev: () => JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8')) as DevFile,
  };
}

export async function untilReady(stack: StackProcess): Promise<DevFile> {
  await waitUntil(
    () => {
      if (stack.child.exitCode !== null) throw new Error(`the stack ended:\n${stack.output()}`);
      return Promise.resolve(stack.output().includes('Ctrl-C stops everything'));
    },
    { what: 'the stack', timeoutMs: 120_000 },
  );
  return stack.dev();
}

/** Every process that has the folder in its command line or was started from one that has. */
export function processesOf(home: string, supervisor: number | undefined): number[] {
  const lines = spawnSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const all = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
  const found = new Set<string>();
  for (let before = -1; found.size !== before;) {
    before = found.size;
    for (const [pid = '', parent = '', command = ''] of all) {
      if (command.includes(home) || found.has(parent) || Number(pid) === supervisor) found.add(pid);
    }
  }
  return [...found].map(Number).filter(isAlive);
}

/** A process that has ended and was not reaped yet is not alive. */
export function isAlive(pid: number): boolean {
  return identityOf(pid) !== undefined;
}
