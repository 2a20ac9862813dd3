import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endProcess, identityOf } from './processes.js';

/**
 * A process beside the stack that outlives the supervisor.
 * W1. It waits for the end of a pipe whose other end the supervisor alone holds. However that ends, kill -9 included,
 *     the system closes the pipe. Every process with the mark of this start is ended.
 * W2. It is a shell until then (1 MB), and becomes a Node process only when there is something to do.
 * W3. It has a session of its own. Signals to the group of npm or from a closed terminal do not reach it.
 */
export class Watcher {
  #child: ChildProcess | undefined;
  #stopped = false;
  readonly #mark: string;

  constructor(mark: string) {
    this.#mark = mark;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, and again whenever somebody kills it. */
  start(): void {
    if (this.#stopped) return;
    const child = spawn('sh', ['-c', WAIT, 'sluice-watcher', process.execPath, PROGRAM, this.#mark], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child = child;
    child.once('error', () => undefined);
    child.once('exit', () => setTimeout(() => this.start(), AGAIN_MS).unref());
  }

  /** For an orderly end, after which there is nothing to watch. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const identity = this.pid === undefined ? undefined : identityOf(this.pid);
    if (identity !== undefined) await endProcess(identity, [{ signal: 'SIGKILL', waitMs: 2_000 }]);
  }
}

const WAIT = 'read -r _; exec "$@"';
const PROGRAM = fileURLToPath(new URL('end-leftovers.js', import.meta.url));
const AGAIN_MS = 500;
