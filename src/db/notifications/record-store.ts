import type { QueryResultRow } from 'pg';
import { newId, type IdKind } from '../../contracts/ids.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, join, many, maybeOne, one, sql, type Sql, type Db, nameOf } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** Values by column, as they are written. Column names come from the code, never from a caller. */
export type ColumnValues = Readonly<Record<string, unknown>>;

export interface RecordTable<New, Change, Filters> {
  readonly table: string;
  readonly kind: IdKind;
  /** The selected columns, under the names of the contract. */
  readonly columns: Sql;
  columnsOf(values: New | Change): ColumnValues;
  conditionsOf(filters: Filters): Sql[];
  /** Columns that follow from what is changed, for example what a new address makes good. */
  alsoSet?(change: Change): Sql[];
}

/** The statements of a kind of record that is listed, read, made, changed and removed. */
export interface RecordStore<Row, New, Change, Filters> {
  /** `limit + 1` rows of one page, newest first. */
  list(db: Db, filters: Filters, page: PageRequest): Promise<Row[]>;
  find(db: Db, id: string): Promise<Row | undefined>;
  /** With the row's lock, for a change. */
  lock(tx: Tx, id: string): Promise<Row | undefined>;
  insert(tx: Tx, values: New): Promise<Row>;
  update(tx: Tx, id: string, change: Change): Promise<Row>;
  remove(tx: Tx, id: string): Promise<number>;
}

export function createRecordStore<Row extends object, New, Change, Filters>(
  record: RecordTable<New, Change, Filters>,
): RecordStore<Row, New, Change, Filters> {
  type Found = Row & QueryResultRow;
  const table = nameOf(record.table);
  const byId = (id: string): Sql => sql`select ${record.columns} from ${table} where id = ${id}`;
  return {
    list: (db, filters, page) => {
      const { where, orderBy } = keyset(page.position, { at: sql`created_at`, id: sql`id` });
      const conditions = join([where, ...record.conditionsOf(filters)], sql` and `);
      return many<Found>(
        db,
        sql`select ${record.columns} from ${table} where ${conditions} order by ${orderBy} limit ${page.limit + 1}`,
      );
    },
    find: (db, id) => maybeOne<Found>(db, byId(id)),
    lock: (tx, id) => maybeOne<Found>(tx, sql`${byId(id)} for update`),
    insert: (tx, values) => {
      const given = Object.entries(record.columnsOf(values)).filter(([, value]) => value !== undefined);
      const names = join([sql`id`, ...given.map(([name]) => nameOf(name))], sql`, `);
      const bound = join([sql`${newId(record.kind)}`, ...given.map(([, value]) => sql`${value}`)], sql`, `);
      return one<Found>(
        tx,
        sql`insert into ${table} (${names}) values (${bound}) returning ${record.columns}`,
      );
    },
    update: (tx, id, change) => {
      const given = Object.entries(record.columnsOf(change)).filter(([, value]) => value !== undefined);
      const set = [
        ...given.map(([name, value]) => sql`${nameOf(name)} = ${value}`),
        ...(record.alsoSet?.(change) ?? []),
        sql`version = version + 1`,
        sql`updated_at = clock_timestamp()`,
      ];
      return one<Found>(
        tx,
        sql`update ${table} set ${join(set, sql`, `)} where id = ${id} returning ${record.columns}`,
      );
    },
    remove: (tx, id) => execute(tx, sql`delete from ${table} where id = ${id}`),
  };
}

/** The beginning of a name, whatever signs it holds. */
export function startsWith(column: Sql, text: string): Sql {
  return sql`starts_with(lower(${column}), lower(${text}))`;
}
