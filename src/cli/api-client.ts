import { randomUUID } from 'node:crypto';
import { CliError, problemError, type ProblemDocument } from './cli-error.js';
import type { ApiConnection } from './connection.js';

export type Json = Record<string, unknown>;

/** The HTTP API as the commands use it. Every refusal becomes a `CliError` that a person can read. */
export class ApiClient {
  constructor(private readonly connection: ApiConnection) {}

  async get(path: string): Promise<Json> {
    return (await (await this.fetch(path, { method: 'GET' })).json()) as Json;
  }

  /** Sends with a key of its own, so that a repetition by the network layer takes effect once. */
  async send(method: 'POST' | 'DELETE', path: string, body?: Json): Promise<Json> {
    const headers = { 'Idempotency-Key': randomUUID(), ...(body && { 'Content-Type': 'application/json' }) };
    const answer = await this.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return text === '' ? {} : (JSON.parse(text) as Json);
  }

  async fetch(path: string, init: RequestInit): Promise<Response> {
    const { url, apiKey } = this.connection;
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${apiKey}`);
    if (!headers.has('Accept')) headers.set('Accept', 'application/json');
    let answer: Response;
    try {
      answer = await fetch(new URL(path, url), { ...init, headers });
    } catch (error) {
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CliError(
        `The API at ${url} does not answer (${cause}). Is it running? \`sluice doctor\` looks.`,
      );
    }
    if (answer.ok) return answer;
    throw problemError(await problemOf(answer));
  }
}

async function problemOf(answer: Response): Promise<ProblemDocument> {
  const nothing = { title: answer.statusText || 'The API refused', status: answer.status, code: 'unknown' };
  if (!answer.headers.get('content-type')?.includes('json')) return nothing;
  return { ...nothing, ...((await answer.json().catch(() => ({}))) as Partial<ProblemDocument>) };
}
