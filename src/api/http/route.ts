import type { Context } from 'koa';
import type { BodyOf, ParamsOf, QueryOf, RouteRecord } from '../../contracts/route.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import type { Tx } from '../../db/base/transaction.js';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The path of the request: under an alias it is the alias. */
  readonly path: string;
  readonly origin: Origin;
  /** The If-Match header as it came, for changes to a versioned record. */
  readonly ifMatch?: string | undefined;
}

export interface SignedCall<Params = unknown, Query = unknown, Body = unknown> extends Call<
  Params,
  Query,
  Body
> {
  readonly principal: Principal;
}

/** `principal` is absent only where `access` is `open`. */
export interface RawCall<Params = unknown, Query = unknown, Body = unknown> extends Call<
  Params,
  Query,
  Body
> {
  readonly principal?: Principal;
}

export interface CommandCall<Params = unknown, Query = unknown, Body = unknown> extends SignedCall<
  Params,
  Query,
  Body
> {
  readonly commandId: string;
}

/** The handler of a route, by the kind of its record. */
interface Handlers<Params, Query, Body> {
  read(call: SignedCall<Params, Query, Body>, db: Db): Promise<Reply>;
  write(call: SignedCall<Params, Query, Body>, tx: Tx): Promise<Reply>;
  command(call: CommandCall<Params, Query, Body>, db: Db): Promise<Reply>;
  upload(call: SignedCall<Params, Query, Body>, file: UploadedFile): Promise<Reply>;
  raw(call: RawCall<Params, Query, Body>, ctx: Context): Promise<void>;
}

export interface UploadedFile {
  readonly tx: Tx;
  /** The Content-Type header as it came. */
  readonly contentType: string;
  readonly content: AsyncIterable<Buffer>;
}

export type HandlerOf<R extends RouteRecord> = Handlers<ParamsOf<R>, QueryOf<R>, BodyOf<R>>[R['kind']];
type AnyHandlers = Handlers<unknown, unknown, unknown>;

export type Route = {
  [Kind in keyof AnyHandlers]: {
    readonly kind: Kind;
    readonly record: RouteRecord;
    readonly handle: AnyHandlers[Kind];
  };
}[keyof AnyHandlers];

/** A record with the code that answers for it. The record's schemas have validated what the handler gets. */
export function implement<R extends RouteRecord>(record: R, handle: HandlerOf<R>): Route {
  return { kind: record.kind, record, handle } as Route;
}

export function reply(status: number, body?: unknown, headers: Record<string, string> = {}): Reply {
  return body === undefined ? { status, headers } : { status, body, headers };
}
