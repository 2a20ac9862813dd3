import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/**
 * Makes pages of a report's data, in a process of its own.
 *
 * T1. The typesetter works without a pause: beside the activities of a worker it would hold up their heartbeats. A
 *     thread cannot be ended before its work is done, and never gives its memory back.
 * T2. Documents are made in sequence: a waiting one costs nothing, and a worker needs memory for a single document.
 * T3. A process that has not ended by its time is killed, and so is one whose activity is canceled.
 */
export interface TypesetOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Gives the PDF of a report that is JSON as report.typ wants it. */
export type Typeset = (report: string, options?: TypesetOptions) => Promise<Buffer>;

/** A document of the largest size takes a few seconds; a machine may be busy. */
const LONGEST_MS = 120_000;

/** `folder` holds report.typ and typeset-program.mjs. */
export function createTypesetter(folder = new URL('.', import.meta.url)): Typeset {
  let last: Promise<unknown> = Promise.resolve();
  return async (report, { signal } = {}) => {
    const turn = last.then(() => {
      signal?.throwIfAborted();
      return runProgram(new URL('typeset-program.mjs', folder), report, signal);
    });
    last = turn.catch(() => undefined);
    return signal === undefined ? turn : orAborted(turn, signal);
  };
}

async function runProgram(program: URL, report: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const deadline = AbortSignal.timeout(LONGEST_MS);
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    // Nothing of ours, and one core: the worker keeps the others.
    env: { RAYON_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    killSignal: 'SIGKILL',
  });
  // A process that ends before it has read everything says why by itself.
  child.stdin.on('error', () => undefined);
  child.stdin.end(report);
  const [pdf, said, [code]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`the typesetter ended with ${code}: ${said.slice(0, 2_000).trim()}`);
  return pdf;
}

/** A caller whose turn is far away is refused at once. */
async function orAborted<T>(turn: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  try {
    const aborted = once(signal, 'abort', { signal: over.signal }).then((): never => {
      throw signal.reason;
    });
    return await Promise.race([turn, signal.aborted ? turn : aborted]);
  } finally {
    over.abort();
  }
}
