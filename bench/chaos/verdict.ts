import pg from 'pg';
import type { SeenRequest } from '../../test/support/models/server.js';
import type { Disturbance } from './disturbances.js';
import type { Answered, Reviewer } from './reviewer.js';

/** A session may answer 503 while a part is away, and for this long after it is back. */
export const MOST_503_MS = 15_000;

/** The longest time in which a session answered nothing but 503 although every part was there. */
export function longest503Ms(answers: readonly Answered[], disturbances: readonly Disturbance[]): number {
  let longest = 0;
  let sinceMs: number | undefined;
  for (const { atMs, status } of answers) {
    if (status < 500) {
      sinceMs = undefined;
      continue;
    }
    sinceMs ??= atMs;
    const quietSinceMs = Math.max(
      sinceMs,
      ...disturbances
        .filter(({ fromMs }) => fromMs <= atMs)
        .map(({ fromMs, toMs }) => Math.max(fromMs, toMs)),
    );
    longest = Math.max(longest, atMs - quietSinceMs);
  }
  return longest;
}

export interface SeenCall {
  readonly atMs: number;
  readonly request: SeenRequest;
}

/** Calls of one and the same prompt, beyond the first and one for each disturbance that may have lost one. */
export function callsPaidTwice(calls: readonly SeenCall[], disturbances: readonly Disturbance[]): number {
  const byPrompt = new Map<string, number[]>();
  for (const { atMs, request } of calls) {
    const prompt = JSON.stringify(request.body['messages']);
    byPrompt.set(prompt, [...(byPrompt.get(prompt) ?? []), atMs]);
  }
  let twice = 0;
  for (const times of byPrompt.values()) {
    const first = Math.min(...times);
    const last = Math.max(...times);
    const excuses = disturbances.filter(
      ({ costsCalls, fromMs, toMs }) => costsCalls && fromMs <= last && toMs >= first - 1_000,
    );
    twice += Math.max(0, times.length - 1 - excuses.length);
  }
  return twice;
}

/** Gates that were approved although their reviewer had not read them as they were. */
export async function unseenDecisions(
  databaseUrl: string,
  reviewers: readonly Reviewer[],
): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; run_id: string; output_digest: string }>(
      `select id, run_id, output_digest from gates where status = 'approved'`,
    );
    const seen = new Map(reviewers.map((each) => [each.id, each.seen]));
    return rows
      .filter((gate) => seen.get(gate.run_id)?.has(`${gate.id} ${gate.output_digest}`) !== true)
      .map(({ id }) => id);
  } finally {
    await client.end();
  }
}
