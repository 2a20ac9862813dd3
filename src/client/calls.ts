import type { AnswerOf, Arguments, CallOptions, InputOf, ItemOf, ListId, OperationId } from './operations.js';
import { sendRepeatedly, type Connection } from './request.js';
import { routeTable } from './route-table.js';

/** The operations of the HTTP API without its streams. A page that has an `EventSource` needs no more. */
export interface Calls {
  /** The body of the answer. A refusal is an `ApiProblem`. */
  call<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<AnswerOf<Id>>;
  /** The answer itself: for files, redirects and headers. */
  send<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<Response>;
  /** Every item of a list, page by page. */
  items<Id extends ListId>(id: Id, input?: InputOf<Id>): AsyncGenerator<ItemOf<Id>>;
}

interface AnyInput extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export function createCalls(connection: Connection): Calls {
  const send = (id: OperationId, input: AnyInput = {}): Promise<Response> => {
    const [method] = placeOf(id);
    const headers: Record<string, string> = {};
    if (method !== 'GET') headers['Idempotency-Key'] = input.idempotencyKey ?? crypto.randomUUID();
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
  async function* items(id: OperationId, input: AnyInput = {}): AsyncGenerator<unknown> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = cursor === undefined ? input.query : { ...input.query, cursor };
      const page = (await call(id, { ...input, ...(query && { query }) })) as {
        readonly items: readonly unknown[];
        readonly nextCursor: string | null;
      };
      yield* page.items;
      cursor = page.nextCursor;
    }
  }
  return { call, send, items } as Calls;
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
