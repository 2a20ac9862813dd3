import type { StopStep } from './parts/process-part.js';
import { commandLineOf, endProcess, type ProcessIdentity } from './processes.js';
import { markedProcesses } from './start-mark.js';

/**
 * Ends what a start left behind.
 * E1. In order: those that work, then Temporal, then PostgreSQL, so that nobody writes into a server that stops.
 * E2. All of it fits into 5 s, also where a process heeds no signal. A terminal that was closed leaves nothing behind.
 * E3. It looks again until nothing is left, because a process that is stopped may have started another one.
 */
interface Layer {
  readonly isOf: (commandLine: string) => boolean;
  readonly steps: readonly StopStep[];
}

const TEMPORAL = / server start-dev /;
const POSTGRES = /postgres -D /;
const KILL = { signal: 'SIGKILL', waitMs: 300 } as const;

const LAYERS: readonly Layer[] = [
  {
    isOf: (command) => !TEMPORAL.test(command) && !POSTGRES.test(command),
    steps: [{ signal: 'SIGTERM', waitMs: 400 }, KILL],
  },
  { isOf: (command) => TEMPORAL.test(command), steps: [{ signal: 'SIGINT', waitMs: 1_200 }, KILL] },
  {
    isOf: (command) => POSTGRES.test(command),
    steps: [{ signal: 'SIGINT', waitMs: 1_500 }, { signal: 'SIGQUIT', waitMs: 500 }, KILL],
  },
];

const LOOKS = 5;

/** Ends every process whose mark begins so, except `spared`. Gives how many there were. */
export async function endMarked(mark: string, spared?: number): Promise<number> {
  const ended = new Set<number>();
  for (let look = 0; look < LOOKS; look += 1) {
    const left = markedProcesses(mark).filter(({ pid }) => pid !== spared);
    if (left.length === 0) break;
    for (const { pid } of left) ended.add(pid);
    await endInOrder(left);
  }
  return ended.size;
}

async function endInOrder(processes: readonly ProcessIdentity[]): Promise<void> {
  const commands = new Map(processes.map((one) => [one, commandLineOf(one.pid)]));
  for (const { isOf, steps } of LAYERS) {
    const layer = processes.filter((one) => isOf(commands.get(one) ?? ''));
    await Promise.all(layer.map((one) => endProcess(one, steps)));
  }
}
