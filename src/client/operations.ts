import type { z } from 'zod';
import type { routeRecords } from '../contracts/routes.js';

// Types alone: a browser's bundle gets methods and paths from route-table.ts, and no schema.
type Records = typeof routeRecords;
export type OperationId = keyof Records;

type Member<R, Name extends string> = R extends { readonly [K in Name]: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;

/** A parameter that is undefined is left out. */
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

type Params<R> = R extends { readonly params: z.ZodType }
  ? { readonly params: Member<R, 'params'> }
  : { readonly params?: undefined };
type Query<R> = R extends { readonly query: z.ZodType }
  ? { readonly query?: Optional<Member<R, 'query'>> }
  : { readonly query?: undefined };
type Body<R> = R extends { readonly body: z.ZodType }
  ? R extends { readonly bodyOptional: true }
    ? { readonly body?: Member<R, 'body'> }
    : { readonly body: Member<R, 'body'> }
  : { readonly body?: undefined };

export interface CallOptions {
  /** Made by the client for a request that changes something, when it is left out. */
  readonly idempotencyKey?: string;
  /** The version that was read, or its entity tag, for changes to a versioned record. */
  readonly ifMatch?: string | number;
  /** A file instead of a JSON body, for the imports. */
  readonly content?: { readonly type: string; readonly data: string | Blob };
  readonly signal?: AbortSignal;
}

// Distributed over the ids: an intersection over all of them at once is too large for the compiler.
export type InputOf<Id extends OperationId> = Id extends OperationId
  ? Params<Records[Id]> & Query<Records[Id]> & Body<Records[Id]> & CallOptions
  : never;

/** The input may be left out where nothing of it is needed. */
export type Arguments<Id extends OperationId> =
  Record<never, never> extends InputOf<Id> ? [input?: InputOf<Id>] : [input: InputOf<Id>];

type Good = 200 | 201 | 202;
type Answers<R> = R extends { readonly responses: infer A }
  ? {
      [S in keyof A & Good]: A[S] extends { readonly body: infer B extends z.ZodType } ? z.output<B> : never;
    }[keyof A & Good]
  : never;

/** The body of a good answer. A route without one answers `undefined`. */
export type AnswerOf<Id extends OperationId> = [Answers<Records[Id]>] extends [never]
  ? undefined
  : Answers<Records[Id]>;

/** Operations whose answer is a page of a list. */
export type ListId = {
  [Id in OperationId]: AnswerOf<Id> extends { items: readonly unknown[]; nextCursor: string | null }
    ? Id
    : never;
}[OperationId];
export type ItemOf<Id extends ListId> =
  AnswerOf<Id> extends { items: readonly (infer Item)[] } ? Item : never;
