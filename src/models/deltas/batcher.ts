import type { ModelDelta } from '../call.js';
import { MAX_PIECE_UNITS, packDeltas, type StepDelta } from '../../contracts/sessions/delta.js';

/**
 * Collects what the models of this worker say and sends it on in few messages.
 * B1. A single message carries all steps: messages a second depend on the interval, not on tokens or steps.
 * B2. The first word after a silence leaves at once; the interval only spaces what follows.
 * B3. Sends follow each other. Later text waits and goes together. A failed send is repeated from the same place: an
 *     outage of the channel delays text and never loses it.
 * B4. Writing never waits and never throws: readers must not slow a model down.
 * B5. A text leaves only while somebody reads its run. Every other one is announced, and waits here until it is asked
 *     for. Most steps have no reader, and a statement each 10 ms would be two fifths of a worker's.
 */
export interface DeltaSink {
  write(delta: ModelDelta): void;
  /** No more will come. Whether it went well is for the run's events to say. */
  end(): void;
}

export interface StepTryPlace {
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly try: number;
}

export interface DeltaBatcherOptions {
  readonly publish: (payloads: readonly string[]) => Promise<void>;
  readonly intervalMs?: number;
  readonly onPublishError?: (error: unknown) => void;
}

interface OpenText {
  readonly step: StepTryPlace;
  generation: number;
  text: string;
  sent: number;
  ended: boolean;
  /** Nobody has asked for it. */
  unread: boolean;
}

/** Half of it is the mean delay, which a person does not notice. */
const INTERVAL_MS = 10;
const WAIT_AFTER_FAILURE_MS = 250;
/** For so long each further step of a run that was asked for is sent from its first word. */
const READ_MS = 600_000;

export class DeltaBatcher {
  readonly #open = new Set<OpenText>();
  readonly #dirty = new Set<OpenText>();
  /** When each run was last asked for, the oldest first. */
  readonly #askedAtMs = new Map<string, number>();
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #lastSendMs = -Infinity;
  #sending: Promise<void> | undefined;
  readonly #options: DeltaBatcherOptions;

  constructor(options: DeltaBatcherOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? INTERVAL_MS;
  }

  open(step: StepTryPlace): DeltaSink {
    const unread = !this.#isRead(step.runId);
    const text: OpenText = { step, generation: 0, text: '', sent: 0, ended: false, unread };
    this.#open.add(text);
    // Announced before its first word: an earlier try's text is abandoned now.
    this.#mark(text);
    return {
      write: (delta) => this.#write(text, delta),
      end: () => {
        text.ended = true;
        this.#open.delete(text);
        if (text.unread) this.#dirty.delete(text);
        else this.#mark(text);
      },
    };
  }

  /** Sends the texts of a run from their start: somebody has joined. */
  repeat(runId: string): void {
    this.#forgetLongAgo();
    this.#askedAtMs.delete(runId);
    this.#askedAtMs.set(runId, performance.now());
    for (const text of this.#open) if (text.step.runId === runId) this.#restart(text);
  }

  /** Sends all texts from their start: who asked for them was not heard. */
  repeatAll(): void {
    for (const text of this.#open) this.#restart(text);
  }

  /** Sends what is left and stops. Text that cannot be sent now is lost: it is only for the eye. */
  async stop(): Promise<void> {
    await this.#sending;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#options.publish(packDeltas(this.#take().deltas)).catch(() => undefined);
  }

  #write(text: OpenText, delta: ModelDelta): void {
    if (text.ended) return;
    if (delta.type === 'text') {
      text.text += delta.text;
    } else {
      text.generation += 1;
      text.text = '';
      text.sent = 0;
    }
    if (!text.unread) this.#mark(text);
  }

  #restart(text: OpenText): void {
    text.unread = false;
    text.sent = 0;
    this.#mark(text);
  }

  #isRead(runId: string): boolean {
    return performance.now() - (this.#askedAtMs.get(runId) ?? -Infinity) < READ_MS;
  }

  #forgetLongAgo(): void {
    for (const runId of this.#askedAtMs.keys()) {
      if (this.#isRead(runId)) return;
      this.#askedAtMs.delete(runId);
    }
  }

  #mark(text: OpenText): void {
    this.#dirty.add(text);
    if (this.#timer !== undefined || this.#sending !== undefined) return;
    this.#schedule(this.#waitMs());
  }

  #waitMs(): number {
    return Math.max(0, this.#lastSendMs + this.#intervalMs - performance.now());
  }

  #schedule(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        if (this.#dirty.size > 0 && this.#timer === undefined) this.#schedule(this.#waitMs());
      });
    }, waitMs);
    this.#timer.unref();
  }

  async #send(): Promise<void> {
    const { deltas, undo } = this.#take();
    this.#lastSendMs = performance.now();
    try {
      await this.#options.publish(packDeltas(deltas));
    } catch (error) {
      undo();
      this.#options.onPublishError?.(error);
      this.#schedule(WAIT_AFTER_FAILURE_MS);
    }
  }

  #take(): { deltas: StepDelta[]; undo: () => void } {
    const taken = [...this.#dirty].map((text) => ({ text, generation: text.generation, sent: text.sent }));
    this.#dirty.clear();
    const deltas = taken.flatMap(({ text }) => unsentOf(text));
    for (const { text } of taken) if (!text.unread) text.sent = text.text.length;
    const undo = (): void => {
      for (const { text, generation, sent } of taken) {
        if (text.generation === generation) text.sent = Math.min(text.sent, sent);
        this.#dirty.add(text);
      }
    };
    return { deltas, undo };
  }
}

function unsentOf({ step, generation, text, sent, ended, unread }: OpenText): StepDelta[] {
  if (unread) return [{ ...step, generation, offset: 0, text: '', unread }];
  const deltas: StepDelta[] = [];
  for (let offset = sent; offset < text.length; offset += MAX_PIECE_UNITS) {
    deltas.push({ ...step, generation, offset, text: text.slice(offset, offset + MAX_PIECE_UNITS) });
  }
  // A new generation without a word is announced as well: the abandoned text must not stay.
  if (deltas.length === 0 && sent === 0) deltas.push({ ...step, generation, offset: 0, text: '' });
  if (ended) deltas.push({ ...step, generation, offset: text.length, text: '', end: true });
  return deltas;
}
