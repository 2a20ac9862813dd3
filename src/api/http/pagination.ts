import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Page } from '../../contracts/page.js';
import { Problem } from './problems.js';
import { ofEverySecret, type SigningSecrets } from '../../crypto/signing-secrets.js';
import type { PageRequest } from '../../db/base/keyset.js';
import {
  readPosition,
  toCursorPage,
  writePosition,
  type CursorKey,
  type CursorPosition,
} from '../../domain/cursor.js';
import { reply, type Reply } from './route.js';

/**
 * A cursor's scope: the list, and every filter that decides which rows are in it. A list whose rows depend on who asks
 * has the asker among its filters. `limit` is no filter: a page may be as long as the next caller wants.
 */
export interface ListScope {
  readonly list: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

export interface FoundRows<Row> {
  readonly rows: readonly Row[];
  keyOf(row: Row): CursorKey;
}

export interface Pager {
  /** The position that a request asks for; undefined is the first page. Throws `invalid_cursor`. */
  request(scope: ListScope, query: { limit: number; cursor?: string | undefined }): PageRequest;
  /** The page of `limit + 1` rows that were found for a request. */
  page<Row>(scope: ListScope, request: PageRequest, found: FoundRows<Row>): Page<Row>;
}

const MAC_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]+$/;

/** Signed cursors: opaque, without an end of validity, and refused by any list but their own. */
export function createPager(secrets: SigningSecrets): Pager {
  const encode = (scope: ListScope, position: CursorPosition): string => {
    const text = Buffer.from(writePosition(position), 'utf8');
    return Buffer.concat([macOf(secrets.current, scope, text), text]).toString('base64url');
  };
  const decode = (scope: ListScope, token: string): CursorPosition => {
    const bytes = TOKEN.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
    // Two spellings of the same bytes exist (unused bits of the last letter); only ours is accepted.
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token)
      throw new Problem('invalid_cursor');
    const text = bytes.subarray(MAC_BYTES);
    const mac = bytes.subarray(0, MAC_BYTES);
    const matches = ofEverySecret(secrets, (secret) => timingSafeEqual(mac, macOf(secret, scope, text)));
    if (!matches.includes(true)) throw new Problem('invalid_cursor');
    const position = readPosition(text.toString('utf8'));
    if (position === undefined) throw new Problem('invalid_cursor');
    return position;
  };
  return {
    request: (scope, query) => ({
      limit: query.limit,
      position: query.cursor === undefined ? undefined : decode(scope, query.cursor),
    }),
    page: (scope, request, found) => {
      const { rows, next, prev } = toCursorPage(found.rows, {
        limit: request.limit,
        position: request.position,
        keyOf: found.keyOf,
      });
      return {
        items: rows,
        hasMore: next !== undefined,
        nextCursor: next === undefined ? null : encode(scope, next),
        prevCursor: prev === undefined ? null : encode(scope, prev),
      };
    },
  };
}

function macOf(secret: string, scope: ListScope, text: Buffer): Buffer {
  const filters = Object.entries(scope.filters)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return createHmac('sha256', secret)
    .update(`cursor\n${JSON.stringify([scope.list, filters])}\n`)
    .update(text)
    .digest()
    .subarray(0, MAC_BYTES);
}

/** A list's answer with its `Link` header (RFC 8288), relative to the list's own path. */
export function pageReply<Item>(
  path: string,
  query: Readonly<Record<string, unknown>>,
  page: Page<Item>,
): Reply {
  const links = [
    linkTo(path, query, { cursor: page.nextCursor, relation: 'next' }),
    linkTo(path, query, { cursor: page.prevCursor, relation: 'prev' }),
  ];
  const link = links.filter((part) => part !== undefined).join(', ');
  const answer = { ...page, appliedFilters: appliedFilters(query) };
  return reply(200, answer, link === '' ? {} : { Link: link });
}

/** Everything of the query that decides which rows there are. */
function appliedFilters(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filters = Object.entries(query).filter(
    ([name, value]) => name !== 'limit' && name !== 'cursor' && value !== undefined,
  );
  return Object.fromEntries(filters);
}

function linkTo(
  path: string,
  query: Readonly<Record<string, unknown>>,
  { cursor, relation }: { readonly cursor: string | null; readonly relation: 'next' | 'prev' },
): string | undefined {
  if (cursor === null) return undefined;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (name !== 'cursor' && value !== undefined) parameters.set(name, String(value));
  }
  parameters.set('cursor', cursor);
  return `<${path}?${parameters.toString()}>; rel="${relation}"`;
}
