import type { Field } from '../../domain/sql/result-csv.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';
import type { SyntaxTree } from '../../domain/sql/statement-check.js';
import type { TextPosition } from '../../domain/sql/text-position.js';
import type { DataSource } from './data-source.js';
import type { SqlParameter } from './request.js';

/** The real grammar of PostgreSQL. */
export interface SqlGrammar {
  read(text: string): ParsedSql | SqlSyntaxError;
}

export interface ParsedSql {
  readonly kind: 'parsed';
  readonly tree: SyntaxTree;
  /** The same for texts that differ only in constants, layout and comments. */
  readonly fingerprint: string;
}

export interface SqlSyntaxError {
  readonly kind: 'syntax_error';
  readonly message: string;
  readonly position: TextPosition | undefined;
}

export interface SourceStatement {
  readonly sql: string;
  readonly params: readonly SqlParameter[];
}

/** Where statements run. A session is a connection of its own that nothing else uses, before or after. */
export interface SourceConnector {
  open(source: DataSource, options: SessionOptions): Promise<SourceSession>;
  /** Undefined: nobody may look at that source. */
  watch(source: DataSource): Promise<SourceWatcher | undefined>;
  /** Ends the connections of this name but the one's own. Ends when they are gone, and fails when they stay. */
  endEarlier(source: DataSource, own: OwnConnection): Promise<void>;
}

/** The expectation of a source for a statement. It runs nothing. */
export interface SourcePlanner {
  /** As EXPLAIN (FORMAT JSON) gives it. The place in a refusal is one in the statement. */
  plan(source: DataSource, statement: SourceStatement): Promise<unknown>;
}

export interface OwnConnection {
  readonly applicationName: string;
  readonly pid: number;
}

export interface SessionOptions {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** Between two statements of its transaction. */
  readonly idleTimeoutMs?: number;
  readonly applicationName: string;
}

export interface SourceSession {
  readonly pid: number;
  /** Plans the statement and gives its columns. Nothing runs yet. */
  declare(statement: SourceStatement): Promise<readonly ResultColumn[]>;
  /** Up to `limit` rows of what was declared, each given to `onRow` as it comes. */
  fetch(limit: number, onRow: (fields: readonly Field[]) => void): Promise<void>;
  /** No further row comes until `resume`: the reader is slower than the database. */
  pause(): void;
  resume(): void;
  /** Asks the server to end what this session runs, and nothing else. */
  cancel(): Promise<void>;
  /** Rolls back and ends the connection, whatever state it is in. */
  close(): Promise<void>;
}

export interface SourceWatcher {
  look(pid: number): Promise<SourceSight>;
  close(): Promise<void>;
}

export interface SourceSight {
  readonly waitingOn: string | null;
  readonly tempBytes: number | null;
}

/** A stored result as a table. */
export interface ResultTable {
  readonly name: string;
  readonly key: string;
  readonly columns: readonly ResultColumn[];
}

/** An engine for stored results: no source is asked. */
export interface ResultEngine {
  open(tables: readonly ResultTable[]): Promise<EngineSession>;
  parquet(table: ResultTable): AsyncIterable<Buffer>;
}

export interface EngineSession extends SourceSession {
  /** The engine's own; null while it has said nothing. */
  readonly percent: number | null;
}

/** The origin of a source's refusal. */
export type SourceFault = 'statement' | 'not_allowed' | 'timeout' | 'resources' | 'connection';

/** A source's refusal. Its message is the database's, about a statement that the reader wrote. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  constructor(
    readonly fault: SourceFault,
    message: string,
    readonly details: {
      readonly sqlState?: string;
      readonly position?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
  }
}
