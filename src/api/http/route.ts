import type { Context } from 'koa';
import type { z } from 'zod';
import type { ProblemCode } from '../../contracts/problems.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import type { Tx } from '../../db/base/transaction.js';

/**
 * One record per endpoint. The same record mounts the route, checks who may call it, validates what comes in,
 * runs its handler the right way, and becomes its entry in the OpenAPI document.
 *
 * R1. A `read` never writes and never asks Temporal or a worker.
 * R2. A `write` runs in one transaction together with its idempotency row: effect and stored answer commit as one.
 * R3. A `command` talks to a workflow. It gets a `commandId` that is the same for the same Idempotency-Key, and holds
 *     no transaction while it waits.
 * R4. A `raw` route answers by itself (streams, files, redirects to sign-in).
 */
export type Access = 'open' | 'user' | 'admin';
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Shape = z.ZodType;

export interface ResponseSpec {
  description: string;
  /** Absent: no body. A string: a media type other than JSON. */
  body?: Shape | { contentType: string };
  headers?: Record<string, string>;
  /** True: also, and by default, as a stream of Server-Sent Events. */
  stream?: boolean;
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  origin: Origin;
  /** The If-Match header as it came, for changes to a versioned record. */
  ifMatch?: string | undefined;
}

export interface SignedCall<Params, Query, Body> extends Call<Params, Query, Body> {
  principal: Principal;
}

interface RouteBase<Params extends Shape, Query extends Shape, Body extends Shape> {
  method: Method;
  /** Koa router syntax: `/jobs/:id`. */
  path: string;
  operationId: string;
  summary: string;
  tag: string;
  access: Access;
  params?: Params;
  query?: Query;
  body?: Body;
  /** True: a request without a body is the empty object. */
  bodyOptional?: boolean;
  responses: Record<number, ResponseSpec>;
  /** True: not counted by the rate limit, for what probes and scrapers ask. */
  unlimited?: boolean;
  /** Problems beyond those every route can answer (401, 403, 404, 429, 5xx …). */
  problems?: readonly ProblemCode[];
}

type Infer<S extends Shape> = z.output<S>;

export interface ReadRoute<P extends Shape, Q extends Shape, B extends Shape> extends RouteBase<P, Q, B> {
  kind: 'read';
  handle(call: SignedCall<Infer<P>, Infer<Q>, Infer<B>>, db: Db): Promise<Reply>;
}

export interface WriteRoute<P extends Shape, Q extends Shape, B extends Shape> extends RouteBase<P, Q, B> {
  kind: 'write';
  handle(call: SignedCall<Infer<P>, Infer<Q>, Infer<B>>, tx: Tx): Promise<Reply>;
}

export interface CommandRoute<P extends Shape, Q extends Shape, B extends Shape> extends RouteBase<P, Q, B> {
  kind: 'command';
  handle(call: SignedCall<Infer<P>, Infer<Q>, Infer<B>> & { commandId: string }, db: Db): Promise<Reply>;
}

export interface RawRoute<P extends Shape, Q extends Shape, B extends Shape> extends RouteBase<P, Q, B> {
  kind: 'raw';
  /** `principal` is absent only where `access` is `open`. */
  handle(call: Call<Infer<P>, Infer<Q>, Infer<B>> & { principal?: Principal }, ctx: Context): Promise<void>;
}

export type AnyRoute =
  | ReadRoute<Shape, Shape, Shape>
  | WriteRoute<Shape, Shape, Shape>
  | CommandRoute<Shape, Shape, Shape>
  | RawRoute<Shape, Shape, Shape>;

type Spec<R> = Omit<R, 'kind'>;

// Each constructor infers the schemas' types for its handler, then forgets them: a list of routes has one type.
export function readRoute<P extends Shape, Q extends Shape, B extends Shape>(
  spec: Spec<ReadRoute<P, Q, B>>,
): AnyRoute {
  return { ...spec, kind: 'read' } as unknown as AnyRoute;
}

export function writeRoute<P extends Shape, Q extends Shape, B extends Shape>(
  spec: Spec<WriteRoute<P, Q, B>>,
): AnyRoute {
  return { ...spec, kind: 'write' } as unknown as AnyRoute;
}

export function commandRoute<P extends Shape, Q extends Shape, B extends Shape>(
  spec: Spec<CommandRoute<P, Q, B>>,
): AnyRoute {
  return { ...spec, kind: 'command' } as unknown as AnyRoute;
}

export function rawRoute<P extends Shape, Q extends Shape, B extends Shape>(
  spec: Spec<RawRoute<P, Q, B>>,
): AnyRoute {
  return { ...spec, kind: 'raw' } as unknown as AnyRoute;
}

/** What comes with a 202, for its `ResponseSpec`: `what` is where its `Location` leads. */
export function acceptedHeaders(what: string): Record<string, string> {
  return { Location: what, 'Retry-After': 'Seconds until it is worth asking.' };
}

export function reply(status: number, body?: unknown, headers: Record<string, string> = {}): Reply {
  return body === undefined ? { status, headers } : { status, body, headers };
}
