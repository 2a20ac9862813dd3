import type { z } from 'zod';
import type { ProblemCode } from './problem-code.js';
import type { Permission } from './users/permission.js';

/**
 * A route as a value: where it is, who may call it, what goes in and what comes out. A record mounts and guards the
 * route, validates requests, types its handler and the client, and enters the OpenAPI document.
 *
 * R1. A `read` never writes and never asks Temporal or a worker.
 * R2. A `write` runs in one transaction together with its idempotency row: effect and stored answer commit as one.
 * R3. A `command` talks to a workflow. It gets a `commandId` that is the same for the same Idempotency-Key, and holds
 *     no transaction while it waits.
 * R4. An `upload` is a write that reads a file as it comes.
 * R5. A `raw` route answers by itself (streams, files, redirects to sign-in).
 */
export type RouteKind = 'read' | 'write' | 'command' | 'upload' | 'raw';
/** Nobody has to be signed in; everybody signed in; the role ADMIN; a role that has the permission. */
export type Access = 'open' | 'user' | 'admin' | Permission;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Shape = z.ZodType;

export interface ResponseSpec {
  readonly description: string;
  /** Absent: no body. A content type: a body that is no JSON. */
  readonly body?: Shape | { readonly contentType: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** True: also, and by default, as a stream of Server-Sent Events. */
  readonly stream?: boolean;
}

export interface RouteSpec {
  readonly method: Method;
  /** Koa router syntax: `/jobs/:id`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: Shape;
  readonly query?: Shape;
  readonly body?: Shape;
  /** True: a request without a body is the empty object. */
  readonly bodyOptional?: boolean;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** The words of a 404, when its path says them better than the problem's title. */
  readonly missing?: string;
  /** True: the rate limit does not count it. Probes and scrapers ask often. */
  readonly unlimited?: boolean;
  /** True: the Temporal Web UI may call it with the cookie of the console. */
  readonly temporalUi?: boolean;
  /** Problems beyond those every route can answer (401, 403, 404, 429, 5xx …). */
  readonly problems?: readonly ProblemCode[];
}

export interface RouteRecord extends RouteSpec {
  readonly kind: RouteKind;
}

// The type parameter keeps a record's literals: its path, schemas and statuses type handlers and the client.
export function readRoute<const Spec extends RouteSpec>(spec: Spec): Spec & { readonly kind: 'read' } {
  return { ...spec, kind: 'read' };
}

export function writeRoute<const Spec extends RouteSpec>(spec: Spec): Spec & { readonly kind: 'write' } {
  return { ...spec, kind: 'write' };
}

export function commandRoute<const Spec extends RouteSpec>(spec: Spec): Spec & { readonly kind: 'command' } {
  return { ...spec, kind: 'command' };
}

export function uploadRoute<const Spec extends RouteSpec>(spec: Spec): Spec & { readonly kind: 'upload' } {
  return { ...spec, kind: 'upload' };
}

export function rawRoute<const Spec extends RouteSpec>(spec: Spec): Spec & { readonly kind: 'raw' } {
  return { ...spec, kind: 'raw' };
}

export type ParamsOf<R extends RouteSpec> = R extends { readonly params: infer S extends Shape }
  ? z.output<S>
  : unknown;
export type QueryOf<R extends RouteSpec> = R extends { readonly query: infer S extends Shape }
  ? z.output<S>
  : unknown;
export type BodyOf<R extends RouteSpec> = R extends { readonly body: infer S extends Shape }
  ? z.output<S>
  : unknown;

/** The headers of a 202, for its `ResponseSpec`: `what` names where its `Location` leads. */
export function acceptedHeaders(what: string): Record<string, string> {
  return { Location: what, 'Retry-After': 'Seconds until it is worth asking.' };
}

/** The original clients call the session routes under a path of their own. */
const aliases = [{ path: '/api/v1/cot-sessions', alias: '/api/viral/cot-session' }] as const;

/** Further paths under which a route answers. */
export function aliasesOf(path: string): string[] {
  return aliases
    .filter((known) => path === known.path || path.startsWith(`${known.path}/`))
    .map((known) => known.alias + path.slice(known.path.length));
}
