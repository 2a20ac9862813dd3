import type { AnswerOf, Arguments, CallOptions, OperationId } from './operations.js';
import { sendRepeatedly, type Connection } from './request.js';
import { routeTable } from './route-table.js';

/** The operations of the HTTP API without its lists and streams: as much as a browser's page needs. */
export interface Calls {
  /** The body of the answer. A refusal is an `ApiProblem`. */
  call<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<AnswerOf<Id>>;
  /** The answer itself: for files, redirects and headers. */
  send<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<Response>;
}

export interface AnyInput extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export function createCalls(connection: Connection): Calls {
  const send = (id: OperationId, input: AnyInput = {}): Promise<Response> => {
    const [method] = placeOf(id);
    const headers: Record<string, string> = {};
    if (method !== 'GET') headers['Idempotency-Key'] = input.idempotencyKey ?? newKey();
    if (input.ifMatch !== undefined) headers['If-Match'] = tagOf(input.ifMatch);
    const sending = { method, path: addressOf(id, input), headers, signal: input.signal };
    const content = contentOf(input);
    if (content === undefined) return sendRepeatedly(connection, sending);
    headers['Content-Type'] = content.type;
    return sendRepeatedly(connection, { ...sending, body: content.data });
  };
  const call = async (id: OperationId, input?: AnyInput): Promise<unknown> => {
    const text = await (await send(id, input)).text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  return { call, send } as Calls;
}

/** A random UUID. Browsers have `randomUUID` only on pages that came by TLS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(12, 15)}`, `a${hex.slice(15, 18)}`];
  return [...parts, hex.slice(18)].join('-');
}

/** The address of an operation, its parameters and query filled in: also for links and streams. */
export function addressOf(id: OperationId, { params = {}, query = {} }: AnyInput = {}): string {
  const [, pattern] = placeOf(id);
  const path = pattern.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const search = new URLSearchParams(texts).toString();
  return search === '' ? path : `${path}?${search}`;
}

function placeOf(id: OperationId): [method: string, pattern: string] {
  const [method = '', pattern = ''] = routeTable[id].split(' ');
  return [method, pattern];
}

function contentOf({ body, content }: AnyInput): CallOptions['content'] {
  if (content !== undefined) return content;
  return body === undefined ? undefined : { type: 'application/json', data: JSON.stringify(body) };
}

function tagOf(version: string | number): string {
  return typeof version === 'number' ? `"${version}"` : version;
}
