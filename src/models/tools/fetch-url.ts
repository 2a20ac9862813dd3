import type { ModelTool, ToolOutcome } from '../call.js';
import { cleanModelText } from '../text.js';
import { textOfHtml, titleOfHtml } from './page.js';
import type { Outbound, OutboundAnswer } from '../../platform/outbound-http.js';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 1_048_576;
const MAX_CHARS = 20_000;

export interface FetchUrlOptions {
  readonly outbound: Outbound;
  /** `example.com` is that host, `*.example.com` every host below it. Nothing is allowed that is not here. */
  readonly allowedHosts: readonly string[];
}

/** Reads one page of an allowed host as text. The allow-list also bounds what a model can be talked into telling. */
export function createFetchUrlTool(options: FetchUrlOptions): ModelTool {
  return {
    name: 'fetch_url',
    description: `Reads a page as text. Only these hosts can be read: ${options.allowedHosts.join(', ') || 'none'}.`,
    inputSchema: {
      type: 'object',
      properties: { url: { type: 'string', maxLength: 2_000 } },
      required: ['url'],
      additionalProperties: false,
    },
    execute: async (input, { signal }) => {
      const { url } = input as { url: string };
      if (!isAllowed(url, options.allowedHosts))
        return refusal('this host is not on the list of hosts to read');
      const answer = await options.outbound({
        url,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        ...(signal !== undefined && { signal }),
      });
      return answer.ok ? read(url, answer) : refusal(answer.message);
    },
  };
}

function isAllowed(given: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(given)) return false;
  const host = new URL(given).hostname.toLowerCase().replace(/\.$/, '');
  return hosts.some((allowed) => {
    const pattern = allowed.toLowerCase();
    return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
  });
}

function read(url: string, answer: OutboundAnswer): ToolOutcome {
  if (answer.status >= 300 && answer.status < 400) {
    return refusal(
      `the page has moved to ${answer.headers['location'] ?? 'an unknown place'}; redirects are not followed`,
    );
  }
  if (answer.status !== 200) return refusal(`the page answered ${answer.status}`);
  const type = answer.headers['content-type'] ?? '';
  if (!/^(?:text\/|application\/(?:json|xml|xhtml\+xml|ld\+json))/i.test(type))
    return refusal('the page is not text');
  const raw = decode(answer.body, type);
  const isHtml = /html/i.test(type);
  const text = cleanModelText(isHtml ? textOfHtml(raw) : raw);
  const cut = answer.truncated || text.length > MAX_CHARS;
  return {
    ok: true,
    text: [
      `url: ${url}`,
      ...(isHtml ? [`title: ${cleanModelText(titleOfHtml(raw))}`] : []),
      '',
      text.slice(0, MAX_CHARS),
      ...(cut ? ['[… the page is longer …]'] : []),
    ].join('\n'),
  };
}

function decode(body: Buffer, contentType: string): string {
  const charset = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

const refusal = (why: string): ToolOutcome => ({ ok: false, text: `not read: ${why}` });
