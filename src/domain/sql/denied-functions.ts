/**
 * Functions that a statement may not call. The role's rights come after this: a function that is missing here is still
 * refused to the role. A function granted by mistake is still refused here.
 */

/** Of PostgreSQL's own `pg_…` functions only these: the others sleep, lock, read files, signal or show other sessions. */
const allowedSystemFunctions: ReadonlySet<string> = new Set([
  'pg_typeof',
  'pg_size_pretty',
  'pg_size_bytes',
  'pg_column_size',
  'pg_column_compression',
  'pg_collation_for',
  'pg_input_is_valid',
  'pg_table_is_visible',
  'pg_type_is_visible',
  'pg_function_is_visible',
  'pg_relation_size',
  'pg_table_size',
  'pg_indexes_size',
  'pg_total_relation_size',
  'pg_get_constraintdef',
  'pg_get_indexdef',
  'pg_get_expr',
  'pg_get_userbyid',
  'pg_get_serial_sequence',
  'pg_get_keywords',
]);

/** Names that begin like this: large objects, other databases, statements in a string, DuckDB's files and settings. */
const deniedBeginnings: readonly string[] = [
  'lo_',
  'dblink',
  'query_to_xml',
  'table_to_xml',
  'schema_to_xml',
  'database_to_xml',
  'cursor_to_xml',
  'binary_upgrade_',
  'brin_summarize',
  'brin_desummarize',
  'gin_clean_',
  'file_fdw',
  'postgres_fdw',
  'read_',
  'parquet_',
  'sniff_',
  'duckdb_',
  'pragma_',
  'sqlite_',
  'mysql_',
  'postgres_',
  'iceberg_',
  'delta_',
  'st_read',
  'http_',
];

const denied: ReadonlySet<string> = new Set([
  'loread',
  'lowrite',
  'set_config',
  'current_setting',
  'current_query',
  'nextval',
  'setval',
  'currval',
  'lastval',
  'txid_current',
  'txid_current_if_assigned',
  // They run a statement that is given as text.
  'ts_stat',
  'ts_rewrite',
  'crosstab',
  'connectby',
  'xpath_table',
  'inet_server_addr',
  'inet_server_port',
  'inet_client_addr',
  'inet_client_port',
  'suppress_redundant_updates_trigger',
  // Of DuckDB.
  'getenv',
  'glob',
  'query',
  'query_table',
  'checkpoint',
  'force_checkpoint',
  'which_secret',
  'seq_scan',
  'arrow_scan',
  'arrow_scan_dumb',
  'pandas_scan',
  'python_map_function',
  'json_execute_serialized_sql',
  'getvariable',
  'write_log',
  'parse_duckdb_log_message',
  'test_all_types',
  'in_search_path',
  'current_schemas',
]);

export function isDeniedFunction(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('pg_')) return !allowedSystemFunctions.has(lower);
  return denied.has(lower) || deniedBeginnings.some((beginning) => lower.startsWith(beginning));
}

/** Of the system catalog only what describes tables: the others show other sessions, roles, files and settings. */
const readableCatalog: ReadonlySet<string> = new Set([
  'pg_class',
  'pg_namespace',
  'pg_attribute',
  'pg_type',
  'pg_enum',
  'pg_index',
  'pg_indexes',
  'pg_constraint',
  'pg_description',
  'pg_tables',
  'pg_views',
  'pg_range',
  'pg_operator',
  'pg_collation',
  'pg_timezone_abbrevs',
]);

/** `schema` is undefined where the statement names none: PostgreSQL then looks into its catalog first. */
export function isDeniedRelation(schema: string | undefined, name: string): boolean {
  const [inSchema, relation] = [schema?.toLowerCase(), name.toLowerCase()];
  if (inSchema === undefined || inSchema === 'pg_catalog') {
    return relation.startsWith('pg_') && !readableCatalog.has(relation);
  }
  return inSchema.startsWith('pg_');
}
