import type { Connection } from 'pg';
import { parameterTypes, type SqlParameter } from '../../contracts/sql/request.js';
import type { Field } from '../../domain/sql/result-csv.js';

export interface FieldDescription {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

type WireConnection = Connection & {
  parse(query: { text: string; name: string; types: number[] }, more: boolean): void;
  bind(config: { portal: string; statement: string; values: (string | null)[] }, more: boolean): void;
  describe(message: { type: 'P'; name: string }, more: boolean): void;
  execute(config: { portal: string; rows: number }, more: boolean): void;
  sync(): void;
};

/** The transaction around every statement of somebody's. */
export const FRAME = 'begin isolation level repeatable read read only';

interface QueryText {
  readonly text: string;
  readonly params?: readonly SqlParameter[];
  /** Goes out with it. Should it fail, the server skips the text. */
  readonly before?: string;
}

/**
 * A statement by the extended protocol, its rows as the server's text. The server itself refuses a second statement in
 * the same text: the simple protocol would run it.
 */
export class ExtendedQuery {
  readonly done: Promise<void>;
  fields: readonly FieldDescription[] = [];
  #settle!: { resolve: () => void; reject: (error: unknown) => void };
  #failure: unknown;
  readonly #query: QueryText;
  readonly #onRow: (fields: readonly Field[]) => void;

  constructor(query: QueryText, onRow: (fields: readonly Field[]) => void = () => undefined) {
    this.#query = query;
    this.#onRow = onRow;
    this.done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  submit(connection: Connection): void {
    const wire = connection as WireConnection;
    const { text, params = [], before } = this.#query;
    if (before !== undefined) {
      wire.parse({ text: before, name: '', types: [] }, true);
      wire.bind({ portal: '', statement: '', values: [] }, true);
      wire.execute({ portal: '', rows: 0 }, true);
    }
    wire.parse({ text, name: '', types: params.map(typeOf) }, true);
    wire.bind({ portal: '', statement: '', values: params.map(textOf) }, true);
    wire.describe({ type: 'P', name: '' }, true);
    wire.execute({ portal: '', rows: 0 }, true);
    wire.sync();
  }

  handleRowDescription(message: { fields: FieldDescription[] }): void {
    this.fields = message.fields;
  }

  handleDataRow(message: { fields: Field[] }): void {
    if (this.#failure !== undefined) return;
    try {
      this.#onRow(message.fields);
    } catch (error) {
      this.#failure = error;
    }
  }

  handleError(error: unknown): void {
    this.#settle.reject(error);
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#settle.resolve();
    else this.#settle.reject(this.#failure);
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

/** 0 leaves the type to the place where the parameter stands. */
function typeOf(parameter: SqlParameter): number {
  return isTyped(parameter) ? parameterTypes[parameter.type] : 0;
}

function textOf(parameter: SqlParameter): string | null {
  const value = isTyped(parameter) ? parameter.value : parameter;
  if (value === null) return null;
  if (Array.isArray(value)) return arrayText(value);
  return String(value);
}

function isTyped(parameter: SqlParameter): parameter is Extract<SqlParameter, { type: string }> {
  return typeof parameter === 'object' && parameter !== null;
}

/** Every element in quotes, so that none is taken for NULL or for the end of the array. */
function arrayText(values: readonly (string | number | boolean | null)[]): string {
  const elements = values.map((value) =>
    value === null ? 'NULL' : `"${String(value).replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${elements.join(',')}}`;
}
