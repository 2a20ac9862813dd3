import { Refusal } from '../../contracts/refusal.js';
import type { DataSource } from '../../contracts/sql/data-source.js';
import { SourceError, type SourceConnector } from '../../contracts/sql/ports.js';
import type { Db } from '../../db/base/sql.js';
import { listResultTables } from '../../db/sql/result-tables.js';

export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  readonly estimated_rows: number | null;
  readonly columns: { readonly name: string; readonly type: string; readonly nullable: boolean }[];
}

/** The objects that the role may read, and no others. */
const question = `
  select table_schema, table_name, column_name, data_type, is_nullable,
         (select reltuples::bigint from pg_catalog.pg_class where oid = format('%I.%I', table_schema, table_name)::regclass)
    from information_schema.columns
   where table_schema not in ('pg_catalog', 'information_schema')
   order by table_schema, table_name, ordinal_position
   limit 20000`;

/** Asked like any other statement: through the same frame, by the same role. */
export async function readCatalog(connector: SourceConnector, source: DataSource): Promise<CatalogTable[]> {
  const tables = new Map<string, CatalogTable>();
  try {
    const session = await connector.open(source, {
      statementTimeoutMs: 10_000,
      lockTimeoutMs: 1_000,
      applicationName: 'sluice schema',
    });
    try {
      await session.declare({ sql: question, params: [] });
      await session.fetch(20_000, ([schema, name, column, type, nullable, rows]) => {
        const table = tables.get(`${schema}.${name}`) ?? tableOf(schema, name, rows);
        table.columns.push({ name: column ?? '', type: type ?? '', nullable: nullable === 'YES' });
        tables.set(`${schema}.${name}`, table);
      });
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new Refusal('data_source_unavailable', { retryAfterSeconds: 5, cause: error });
  }
  return [...tables.values()];
}

const MOST_RESULTS = 50;

/** The reader's own newest results, as tables. */
export async function readResultCatalog(db: Db, ownerId: string): Promise<CatalogTable[]> {
  const results = await listResultTables(db, ownerId, MOST_RESULTS);
  return results.map(({ name, rowCount, columns }) => ({
    schema: 'public',
    name,
    estimated_rows: rowCount,
    columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: true })),
  }));
}

type Text = string | null | undefined;

function tableOf(schema: Text, name: Text, rows: Text): CatalogTable {
  const estimated = rows === null || rows === undefined || Number(rows) < 0 ? null : Number(rows);
  return { schema: schema ?? '', name: name ?? '', estimated_rows: estimated, columns: [] };
}
