import { unpackDeltas, type StepDelta } from '../../contracts/sessions/delta.js';

/**
 * Gives each reader of a run in this process the text of its running steps, from the first word on.
 * T1. Text is kept only for runs that somebody reads here; its source is the worker, which repeats it when asked.
 * T2. A reader gets each text in order and without a gap, by its position: joining late equals being slow. A text that
 *     begins anew begins at offset 0.
 *     A text that the worker announces as unread is asked for at once.
 * T3. An older try or generation never follows a newer one: a worker that lost its lease may still send.
 */
export type DeltaReader = (delta: StepDelta) => boolean;

export interface DeltaFeedOptions {
  readonly request: (runId: string) => Promise<void>;
  /** Within this time a text is asked for once. */
  readonly requestEveryMs?: number;
}

interface Text {
  readonly attempt: number;
  readonly try: number;
  readonly generation: number;
  text: string;
  /** False until its beginning has come. */
  known: boolean;
  ended: boolean;
}

interface Position {
  readonly try: number;
  readonly generation: number;
  readonly offset: number;
}

interface RunFeed {
  readonly texts: Map<string, Text>;
  readonly readers: Map<DeltaReader, Map<string, Position>>;
  requestedAtMs: number;
}

const REQUEST_EVERY_MS = 1_000;

export class DeltaFeed {
  readonly #runs = new Map<string, RunFeed>();
  readonly #options: DeltaFeedOptions;
  readonly #everyMs: number;

  constructor(options: DeltaFeedOptions) {
    this.#options = options;
    this.#everyMs = options.requestEveryMs ?? REQUEST_EVERY_MS;
  }

  /** Joins a reader: it gets what was said so far, then the rest. A piece that it answers false to comes `again`. */
  attach(runId: string, reader: DeltaReader): { again(): void; end(): void } {
    let run = this.#runs.get(runId);
    if (run === undefined) {
      run = { texts: new Map(), readers: new Map(), requestedAtMs: -Infinity };
      this.#runs.set(runId, run);
      this.#request(runId, run);
    }
    run.readers.set(reader, new Map());
    this.#deliverAll(runId);
    return { again: () => this.#deliverAll(runId), end: () => this.#detach(runId, reader) };
  }

  /** A payload of the deltas channel. */
  receive(payload: string): void {
    for (const delta of unpackDeltas(payload)) {
      const run = this.#runs.get(delta.runId);
      if (run === undefined || !this.#apply(run, delta)) continue;
      this.#deliver(delta.runId, run, delta.stepId);
    }
  }

  /** Text that was said while nobody listened is missing: asks for it. */
  resume(): void {
    for (const [runId, run] of this.#runs) {
      run.requestedAtMs = -Infinity;
      this.#request(runId, run);
    }
  }

  #detach(runId: string, reader: DeltaReader): void {
    const run = this.#runs.get(runId);
    run?.readers.delete(reader);
    if (run?.readers.size === 0) this.#runs.delete(runId);
  }

  /** True when the text has changed. */
  #apply(run: RunFeed, delta: StepDelta): boolean {
    const text = this.#textFor(run, delta);
    if (text === undefined) return false;
    if (delta.unread === true) this.#ask(delta.runId, run);
    if (!text.known || delta.offset > text.text.length) {
      this.#request(delta.runId, run);
      return false;
    }
    const fresh = delta.text.slice(text.text.length - delta.offset);
    const changed = fresh !== '' || delta.end === true || delta.offset === 0;
    text.text += fresh;
    text.ended ||= delta.end === true;
    return changed;
  }

  #textFor(run: RunFeed, delta: StepDelta): Text | undefined {
    const { stepId, attempt, generation, offset } = delta;
    const current = run.texts.get(stepId);
    const order = current === undefined ? 1 : delta.try - current.try || generation - current.generation;
    if (order < 0 || (order === 0 && current?.ended)) return undefined;
    if (order > 0) {
      run.texts.set(stepId, {
        attempt,
        try: delta.try,
        generation,
        text: '',
        known: offset === 0,
        ended: false,
      });
    } else if (offset === 0) {
      current!.known = true;
    }
    return run.texts.get(stepId);
  }

  #deliverAll(runId: string): void {
    const run = this.#runs.get(runId);
    for (const stepId of run?.texts.keys() ?? []) this.#deliver(runId, run!, stepId);
  }

  #deliver(runId: string, run: RunFeed, stepId: string): void {
    const text = run.texts.get(stepId);
    if (text === undefined || !text.known) return;
    for (const [reader, positions] of run.readers) deliverTo({ runId, stepId, text, reader, positions });
    // Kept without its text, so that a late piece of the same try is known to be late.
    if (text.ended) text.text = '';
  }

  #request(runId: string, run: RunFeed): void {
    if (performance.now() - run.requestedAtMs < this.#everyMs) return;
    this.#ask(runId, run);
  }

  #ask(runId: string, run: RunFeed): void {
    run.requestedAtMs = performance.now();
    this.#options.request(runId).catch(() => this.#askLater(runId, run));
  }

  /** A worker says nothing more of a text until it hears that somebody reads it. */
  #askLater(runId: string, run: RunFeed): void {
    setTimeout(() => {
      if (this.#runs.get(runId) === run) this.#ask(runId, run);
    }, this.#everyMs).unref();
  }
}

function deliverTo(to: {
  runId: string;
  stepId: string;
  text: Text;
  reader: DeltaReader;
  positions: Map<string, Position>;
}): void {
  const { runId, stepId, text, reader, positions } = to;
  const { attempt, generation } = text;
  const before = positions.get(stepId);
  const same = before?.try === text.try && before.generation === generation;
  const offset = same ? before.offset : 0;
  const piece = text.text.slice(offset);
  if ((same && piece === '') || (!same && piece === '' && (before === undefined || text.ended))) return;
  if (!reader({ runId, stepId, attempt, try: text.try, generation, offset, text: piece })) return;
  positions.set(stepId, { try: text.try, generation, offset: offset + piece.length });
}
