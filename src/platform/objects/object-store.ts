import type { Readable } from 'node:stream';
import type { ByteRange } from '../../domain/reports/byte-range.js';

/**
 * Where results lie. Keys are those of domain/runs/object-key.ts; a fault of the store is an `ObjectStoreError`.
 *
 * O1. An object is there whole or not at all: a write that was cut off leaves nothing under its key.
 * O2. An object never changes. Each write takes a new key.
 * O3. Removing what is not there is no fault, and removes what a broken write of that key may have left.
 */
export interface ObjectStore {
  readonly kind: 'local' | 's3';
  put(key: string, content: AsyncIterable<Buffer>, options: PutOptions): Promise<void>;
  /** Undefined when there is no such object. The range, where one is given, lies inside of it. */
  get(key: string, range?: ByteRange): Promise<StoredObject | undefined>;
  head(key: string): Promise<{ readonly bytes: number } | undefined>;
  delete(key: string): Promise<void>;
  /** The keys that begin with `prefix`, in no particular order. */
  list(prefix: string): AsyncIterable<string>;
  /** A link that needs no token, from now on for a while. */
  signGet(key: string, options: SignGetOptions): Promise<string>;
  /** Fails when it cannot be used now. */
  check(): Promise<void>;
}

export interface PutOptions {
  readonly contentType: string;
  /** Ends the write; nothing stays. */
  readonly signal?: AbortSignal | undefined;
}

export interface StoredObject {
  readonly stream: Readable;
  /** Of the whole object, whatever the range. */
  readonly bytes: number;
}

export interface SignGetOptions {
  readonly ttlSeconds: number;
  readonly filename: string;
  readonly disposition: 'inline' | 'attachment';
  readonly contentType: string;
}
