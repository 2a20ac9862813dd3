import { z } from 'zod';
import type { ModelTool } from '../call.js';
import { oneLine } from '../text.js';
import type { Outbound } from '../../platform/outbound-http.js';

interface SearchHit {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
}

/** Where searches go. Anything that answers a query with hits can stand here. */
export interface SearchProvider {
  search(query: string, signal?: AbortSignal): Promise<readonly SearchHit[] | { readonly failed: string }>;
}

const MAX_HITS = 8;
const TIMEOUT_MS = 15_000;
const MAX_BYTES = 1_048_576;

export function createSearchTool(provider: SearchProvider): ModelTool {
  return {
    name: 'search',
    description: 'Searches the web and gives titles, addresses and short excerpts.',
    inputSchema: {
      type: 'object',
      properties: { query: { type: 'string', minLength: 1, maxLength: 400 } },
      required: ['query'],
      additionalProperties: false,
    },
    execute: async (input, { signal }) => {
      const { query } = input as { query: string };
      const hits = await provider.search(query, signal);
      if ('failed' in hits) return { ok: false, text: `not searched: ${hits.failed}` };
      return { ok: true, text: hits.length === 0 ? 'nothing was found' : listOf(hits.slice(0, MAX_HITS)) };
    },
  };
}

function listOf(hits: readonly SearchHit[]): string {
  return hits
    .map(
      (hit, index) =>
        `${index + 1}. ${oneLine(hit.title, 200)}\n   ${hit.url}\n   ${oneLine(hit.snippet, 400)}`,
    )
    .join('\n');
}

const answerSchema = z.object({
  results: z.array(z.object({ title: z.string().catch(''), url: z.string(), content: z.string().catch('') })),
});

/** The JSON interface of SearXNG, which several search services speak. The address is the operator's own. */
export function createSearxngProvider(baseUrl: string, outbound: Outbound): SearchProvider {
  return {
    search: async (query, signal) => {
      const url = new URL(baseUrl);
      url.searchParams.set('q', query);
      url.searchParams.set('format', 'json');
      const answer = await outbound({
        url: url.href,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        ...(signal !== undefined && { signal }),
      });
      if (!answer.ok) return { failed: answer.message };
      if (answer.status !== 200) return { failed: `the search answered ${answer.status}` };
      const parsed = answerSchema.safeParse(jsonOf(answer.body));
      if (!parsed.success) return { failed: 'the search answered something else than results' };
      return parsed.data.results.map(({ title, url: found, content }) => ({
        title,
        url: found,
        snippet: content,
      }));
    },
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
