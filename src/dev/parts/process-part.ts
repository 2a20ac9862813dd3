import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openLog, rotateLog } from './log-file.js';
import { endProcess, identityOf, type ProcessIdentity } from '../processes.js';

/**
 * A program of the stack.
 * P1. It is started detached: Ctrl-C in the terminal reaches the supervisor alone, which stops the parts in their
 *     order.
 * P2. Its pid is on disk before anything waits for it. The next start finds the processes of a killed supervisor.
 * P3. Once it has been ready, it is started again whenever it ends, with a growing pause, until `stop` is called.
 * P4. `stop` wins over a restart: after it no process is left and none is started.
 */
export interface ProcessPartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Gives the child a channel whose end shows it that the supervisor is gone. */
  readonly watched?: boolean;
  readonly logFile: string;
  readonly pidFile: string;
  readonly stopSteps: readonly StopStep[];
  readonly readyTimeoutMs: number;
  /** Asked again and again; may look at the pid it is given. */
  readonly isReady: (pid: number) => Promise<boolean>;
  /** Called at an unexpected end with the last output of the part. */
  readonly onEnd?: (text: string, lastLines: string) => void;
  readonly onBack?: () => void;
}

export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

export class PartFailedError extends Error {
  override readonly name = 'PartFailedError';
  constructor(
    readonly part: string,
    reason: string,
    readonly output: string,
  ) {
    super(`${part} ${reason}${output === '' ? '' : `:\n${output}`}`);
  }
}

const READY_POLL_MS = 25;
const ROTATE_MS = 15_000;
const TAIL_BYTES = 4_096;
const TAIL_LINES = 12;
const LONGEST_PAUSE_MS = 10_000;

export class ProcessPart {
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #stopping = false;
  #failures = 0;
  #logStart = 0;
  #rotating: NodeJS.Timeout | undefined;
  readonly #options: ProcessPartOptions;

  constructor(options: ProcessPartOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the part is ready; a part that ends before that is a failure with its last lines. */
  async start(): Promise<void> {
    await endLeftover(this.#options.pidFile, this.#options.stopSteps);
    if (this.#stopping) throw this.#failure('was stopped before it started');
    await this.#launch();
    this.#watch();
    this.#rotating = setInterval(() => this.#rotate(), ROTATE_MS);
    this.#rotating.unref();
  }

  /** Ends the part by its steps; in a hurry the first of them, the polite one, is left out. */
  async stop(hurry = false): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#rotating);
    const { stopSteps, pidFile } = this.#options;
    if (this.#identity !== undefined)
      await endProcess(this.#identity, hurry ? stopSteps.slice(1) : stopSteps);
    rmSync(pidFile, { force: true });
  }

  async #launch(): Promise<void> {
    const child = this.#spawn();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`cannot be started (${error.message})`));
      child.once('exit', (code, signal) => resolve(`ended (${signal ?? `code ${code}`})`));
    });
    const outcome = await Promise.race([ended, this.#untilReady(child)]);
    if (outcome === undefined) return;
    if (this.#identity !== undefined)
      await endProcess(this.#identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
    throw this.#failure(outcome);
  }

  #failure(reason: string): PartFailedError {
    return new PartFailedError(this.#options.name, reason, this.#lastLines());
  }

  #spawn(): ChildProcess {
    const { command, args, env, cwd, user, watched, logFile, pidFile } = this.#options;
    const log = openLog(logFile);
    this.#logStart = fstatSync(log).size;
    const child = spawn(command, [...args], {
      detached: true,
      stdio: watched === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
      ...(env === undefined ? {} : { env }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(user === undefined ? {} : user),
    });
    closeSync(log);
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (this.#identity !== undefined) writeFileSync(pidFile, JSON.stringify(this.#identity), { mode: 0o600 });
    return child;
  }

  async #untilReady(child: ChildProcess): Promise<string | undefined> {
    const until = Date.now() + this.#options.readyTimeoutMs;
    while (child.exitCode === null && child.signalCode === null) {
      if (child.pid !== undefined && (await this.#options.isReady(child.pid))) return undefined;
      if (Date.now() > until) return `was not ready after ${this.#options.readyTimeoutMs / 1_000} s`;
      await setTimeout(READY_POLL_MS);
    }
    // The end of the child decides the race with its own words.
    return new Promise(() => undefined);
  }

  #watch(): void {
    const child = this.#child;
    const readyAt = Date.now();
    const onExit = (code: number | null, signal: string | null): void => {
      if (this.#stopping) return;
      // A part that ran well for a while starts a new count.
      if (Date.now() - readyAt > LONGEST_PAUSE_MS) this.#failures = 0;
      void this.#restart(`ended (${signal ?? `code ${code}`})`);
    };
    if (child === undefined) return;
    if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    else child.once('exit', onExit);
  }

  async #restart(reason: string): Promise<void> {
    for (let why = reason; !this.#stopping;) {
      const pauseMs = Math.min(500 * 2 ** this.#failures, LONGEST_PAUSE_MS);
      this.#failures += 1;
      this.#options.onEnd?.(`${why}, starts again in ${pauseMs / 1_000} s`, this.#lastLines());
      await setTimeout(pauseMs);
      if (this.#stopping) return;
      try {
        await this.#launch();
        this.#watch();
        if (!this.#stopping) this.#options.onBack?.();
        return;
      } catch (error) {
        why = error instanceof PartFailedError ? 'could not start again' : String(error);
      }
    }
  }

  #rotate(): void {
    try {
      if (rotateLog(this.#options.logFile)) this.#logStart = 0;
    } catch {
      // A disk that is full, most likely: the part itself goes on.
    }
  }

  #lastLines(): string {
    try {
      const text = readFileSync(this.#options.logFile)
        .subarray(this.#logStart)
        .subarray(-TAIL_BYTES)
        .toString('utf8');
      return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
    } catch {
      return '';
    }
  }
}

/** Leftovers of a killed supervisor are stopped: their ports and settings belong to another start. */
export async function endLeftover(pidFile: string, steps: readonly StopStep[]): Promise<void> {
  if (!existsSync(pidFile)) return;
  try {
    await endProcess(JSON.parse(readFileSync(pidFile, 'utf8')) as ProcessIdentity, steps);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  rmSync(pidFile, { force: true });
}
