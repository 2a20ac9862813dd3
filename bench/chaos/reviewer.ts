import { setTimeout } from 'node:timers/promises';
import type { WholeStack } from '../support/whole-stack.js';

/** The answers to the commands of a session, in their order. */
export interface Answered {
  readonly atMs: number;
  readonly status: number;
}

interface Progress {
  readonly status: string;
  readonly gateId: string | null;
  readonly outputDigest: string | null;
}

const finals = ['completed', 'rejected', 'failed', 'canceled'];
const NO_ANSWER = 0;

/** A session from its start to its end, with a person who reads each gate before deciding on it. */
export class Reviewer {
  readonly answers: Answered[] = [];
  /** `gate digest` of everything that was read before it was decided. */
  readonly seen = new Set<string>();
  id = '';
  status = 'not started';
  readonly #stack: Pick<WholeStack, 'url' | 'token'>;
  readonly #topic: string;

  constructor(stack: Pick<WholeStack, 'url' | 'token'>, topic: string) {
    this.#stack = stack;
    this.#topic = topic;
  }

  get ended(): boolean {
    return finals.includes(this.status);
  }

  async follow(until: () => boolean): Promise<void> {
    await this.#start(until);
    while (!this.ended && !until()) {
      await setTimeout(200 + Math.random() * 300);
      const progress = await this.#read();
      if (progress === undefined) continue;
      this.status = progress.status;
      if (progress.gateId !== null && progress.outputDigest !== null) await this.#decide(progress);
      else if (progress.status === 'paused') await this.#command('resume', {});
      else if (progress.status === 'needs_attention') await this.#command('continue-async', {});
      else if (Math.random() < 0.05) await this.#command('pause', {});
    }
  }

  async #start(until: () => boolean): Promise<void> {
    const key = crypto.randomUUID();
    while (this.id === '' && !until()) {
      const answer = await this.#send('POST', '/api/v1/cot-sessions', {
        key,
        body: { topic: this.#topic, template: 'minimal' },
      });
      if (answer.status === 202) this.id = String((answer.body as { id: string }).id);
      else await setTimeout(500);
    }
  }

  async #read(): Promise<Progress | undefined> {
    const answer = await this.#send('GET', `/api/v1/cot-sessions/${this.id}/progress`, {});
    return answer.status === 200 ? (answer.body as Progress) : undefined;
  }

  /** By the gate that was read, or by the one that is open. They are the same, since nobody else decides. */
  async #decide({ gateId, outputDigest }: Progress): Promise<void> {
    this.seen.add(`${gateId ?? ''} ${outputDigest ?? ''}`);
    if (Math.random() < 0.5) return this.#command('proceed-next-phase', {});
    const body = { decision: 'approve', outputDigest };
    await this.#repeat(`/api/v1/gates/${gateId ?? ''}/decide`, body);
  }

  #command(name: string, body: object): Promise<void> {
    return this.#repeat(`/api/v1/cot-sessions/${this.id}/${name}`, body);
  }

  /** The same command with the same key, until it is answered: as the problem document says. */
  async #repeat(path: string, body: object): Promise<void> {
    const key = crypto.randomUUID();
    for (let n = 0; n < 200; n += 1) {
      const { status } = await this.#send('POST', path, { key, body });
      this.answers.push({ atMs: Date.now(), status });
      if (status !== NO_ANSWER && status < 500 && status !== 429) return;
      await setTimeout(500);
    }
  }

  async #send(
    method: string,
    path: string,
    { key, body }: { readonly key?: string; readonly body?: object },
  ): Promise<{ status: number; body: unknown }> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#stack.token}` };
    if (key !== undefined) headers['Idempotency-Key'] = key;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    try {
      const answer = await fetch(`${this.#stack.url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(10_000),
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    } catch {
      return { status: NO_ANSWER, body: undefined };
    }
  }
}
