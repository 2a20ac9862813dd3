import { cellText } from '../../../src/domain/sql/cell-text.js';
import { isDeniedFunction, isDeniedRelation } from '../../../src/domain/sql/denied-functions.js';
import { estimateOf, judgeSize, passedLimit, planOf, sizeInWords } from '../../../src/domain/sql/estimate.js';
import {
  expectedWaitMs,
  fairOrder,
  joining,
  positionOf,
  waitingInVain,
} from '../../../src/domain/sql/fair-queue.js';
import { pollAfterMs, progressOf, type SqlEvidence } from '../../../src/domain/sql/progress.js';
import { resultTableName, sessionOfResult } from '../../../src/domain/sql/result-names.js';
import { jsonValueOf, kindOf, uniqueNames } from '../../../src/domain/sql/result-values.js';

const plan = { rows: 100, width: 8, cost: 7 };
const learned = { usual_ms: 5, usual_rows: 6, learned_from: 3 };
const noHistory = { usualMs: null, usualRows: null, runs: 0, sameStatementRows: null };
const history = { usualMs: 5, usualRows: 6, runs: 3, sameStatementRows: null };

test.each([
  [undefined, history, undefined, { rows: null, bytes: null, cost: null, basis: 'none' }],
  [plan, history, undefined, { rows: 100, bytes: 800, cost: 7, basis: 'plan' }],
  [plan, history, 40, { rows: 40, bytes: 320, cost: 7, basis: 'plan' }],
  [plan, history, 400, { rows: 100, bytes: 800, cost: 7, basis: 'plan' }],
  [
    plan,
    { ...history, sameStatementRows: 2.5 },
    undefined,
    { rows: 3, bytes: 24, cost: 7, basis: 'history' },
  ],
  [{ ...plan, width: 0.005 }, history, undefined, { rows: 100, bytes: 1, cost: 7, basis: 'plan' }],
] as const)('of the plan %j, the history %j and the limit %s comes %j', (given, known, limit, expected) => {
  expect(estimateOf(given, known, limit)).toEqual({ ...expected, ...learned });
});

test('without any history nothing was learned', () => {
  expect(estimateOf(plan, noHistory, undefined)).toMatchObject({
    usual_ms: null,
    usual_rows: null,
    learned_from: 0,
  });
});

const limits = { rows: 10, bytes: 80, cost: 5 };

test.each([
  [{ rows: 10, width: 8, cost: 5 }, undefined],
  [{ rows: 11, width: 1, cost: 5 }, 'rows'],
  [{ rows: 10, width: 9, cost: 5 }, 'bytes'],
  [{ rows: 1, width: 1, cost: 6 }, 'cost'],
  [{ rows: 11, width: 9, cost: 6 }, 'rows'],
])('the plan %j passes first the limit of %s', (given, limit) => {
  expect(passedLimit(estimateOf(given, noHistory, undefined), limits)).toBe(limit);
});

test('a size that is not known passes no limit, not even one of nothing, and is asked about', () => {
  const none = { rows: 0, bytes: 0, cost: 0 };
  const unknown = estimateOf(undefined, noHistory, undefined);
  expect(passedLimit(unknown, none)).toBeUndefined();
  expect(judgeSize(unknown, { confirm: none, ceiling: none }, true)).toBe('run');
  expect(judgeSize(unknown, { confirm: none, ceiling: none }, false)).toBe('ask');
});

test.each([
  [[{ Plan: { 'Plan Rows': 3, 'Plan Width': 4, 'Total Cost': 5.5 } }], { rows: 3, width: 4, cost: 5.5 }],
  [[{ Plan: {} }], { rows: 0, width: 0, cost: 0 }],
  [[{}], undefined],
  [[], undefined],
  ['no list', undefined],
  [null, undefined],
])('EXPLAIN gives %j, and its plan is %j', (explained, expected) => {
  expect(planOf(explained)).toEqual(expected);
});

test('the oldest comes first, and of the same moment the one with the lower id', () => {
  const run = (ownerId: string, runId: string, queuedAt: string) => ({ ownerId, runId, queuedAt });
  const runs = [run('a', '3', '1'), run('b', '2', '1'), run('c', '1', '1'), run('d', '0', '2')];
  const idsOf = (running: [string, number][]) => fairOrder(runs, new Map(running)).map(({ runId }) => runId);
  expect(idsOf([])).toEqual(['1', '2', '3', '0']);
  expect(fairOrder([...runs].reverse(), new Map()).map(({ runId }) => runId)).toEqual(['1', '2', '3', '0']);
  expect(idsOf([['c', 1]])).toEqual(['2', '3', '0', '1']);
});

test.each([
  // Taken places, positions of the waiting runs, and the number of runs that have to wait.
  [0, [0, 0, 1, 2], 2],
  [1, [0, 1, 2, 3], 3],
  [2, [1, 2, 3, 4], 4],
  [3, [1, 2, 3, 4], 4],
])('with %d of 2 places taken the positions are %j, and %d wait in vain', (admitted, positions, inVain) => {
  const runs = ['a', 'b', 'c'].map((runId) => ({ ownerId: 'ana', runId, queuedAt: '2026-01-01T00:00:00Z' }));
  const before = { waiting: runs, admitted, runningByOwner: new Map([['ana', admitted]]) };
  const queue = joining(before, { ownerId: 'ana', runId: '0' });
  expect(['a', 'b', 'c', '0'].map((runId) => positionOf(queue, 2, runId))).toEqual(positions);
  expect(positionOf(queue, 2, 'elsewhere')).toBe(0);
  expect(waitingInVain(queue, 2)).toBe(inVain);
  expect(waitingInVain({ ...before, waiting: [] }, 2)).toBe(0);
});

test.each([
  [0, 2, 100, 0],
  [1, 2, 99.6, 100],
  [2, 2, 100, 100],
  [3, 2, 100, 200],
  [3, 2, null, null],
])('at position %d of %d places with %s ms a run the wait is %s ms', (position, places, usualMs, waitMs) => {
  expect(expectedWaitMs(position, places, usualMs)).toBe(waitMs);
});

const nothing = { elapsedMs: 0, fetchingMs: 0, rows: 0, usualMs: null, usualRows: null, planRows: null };

test.each<[Partial<SqlEvidence> & Pick<SqlEvidence, 'phase'>, object]>([
  [
    { phase: 'admitted', usualMs: 70 },
    { percent: 10, basis: 'none', etaMs: 70 },
  ],
  [
    { phase: 'planned', usualMs: 70 },
    { percent: 25, basis: 'none', etaMs: 70 },
  ],
  [
    { phase: 'running', usualMs: 0 },
    { percent: 25, basis: 'none', etaMs: null },
  ],
  [
    { phase: 'running', usualMs: 1, elapsedMs: 0.4 },
    { percent: 34, basis: 'history', etaMs: 1 },
  ],
  [
    { phase: 'running', usualMs: 100, elapsedMs: 99 },
    { percent: 48, basis: 'history', etaMs: 1 },
  ],
  [
    { phase: 'running', usualMs: 100, elapsedMs: 100 },
    { percent: 49, basis: 'history', etaMs: null },
  ],
  [
    { phase: 'running', enginePercent: 0, usualMs: 100 },
    { percent: 25, basis: 'history', etaMs: 100 },
  ],
  [
    { phase: 'running', enginePercent: 1, elapsedMs: 10 },
    { percent: 25, basis: 'duckdb', etaMs: 990 },
  ],
  [
    { phase: 'running', enginePercent: 75, elapsedMs: 10 },
    { percent: 43, basis: 'duckdb', etaMs: 3 },
  ],
  [
    { phase: 'fetching', rows: 1, usualRows: 0 },
    { percent: 50, basis: 'rows_fetched', etaMs: null },
  ],
  [
    { phase: 'fetching', usualRows: 1 },
    { percent: 50, basis: 'history', etaMs: null },
  ],
  [
    { phase: 'fetching', rows: 40, usualRows: 40, planRows: 160, fetchingMs: 100 },
    { percent: 62, basis: 'plan_rows', etaMs: 300 },
  ],
  [
    { phase: 'fetching', rows: 3, usualRows: 4, fetchingMs: 5 },
    { percent: 86, basis: 'history', etaMs: 2 },
  ],
  [
    { phase: 'fetching', rows: 66_700 },
    { percent: 62, basis: 'rows_fetched', etaMs: null },
  ],
  [
    { phase: 'storing', usualMs: 7 },
    { percent: 99, basis: 'rows_fetched', etaMs: 0 },
  ],
])('%j comes to %j', (known, expected) => {
  const evidence = { ...nothing, enginePercent: null, ...known };
  expect(progressOf(evidence)).toEqual({ ...expected, phase: known.phase });
});

test('a value that would go back keeps its basis too, but not its rest of time', () => {
  const before = { percent: 60, phase: 'fetching', basis: 'plan_rows', etaMs: 9 } as const;
  const now: SqlEvidence = { ...nothing, phase: 'fetching', enginePercent: null };
  expect(progressOf(now, before)).toEqual({ ...before, etaMs: null });
  expect(progressOf(now, { ...before, percent: 50 })).toMatchObject({ percent: 50, basis: 'rows_fetched' });
});

test.each([
  ['queued', 0, null, 500],
  ['error', 0, null, 0],
  ['canceled', 0, null, 0],
  ['running', 4_999, null, 200],
  ['running', 5_000, null, 500],
  ['running', 59_999, null, 500],
  ['running', 60_000, null, 1_000],
  ['running', 299_999, null, 1_000],
  ['running', 300_000, null, 2_000],
  ['running', 300_000, 1_001, 501],
  ['running', 300_000, 100, 200],
  ['running', 60_000, 9_000, 1_000],
] as const)(
  '%s for %d ms with %s ms to go is asked again after %d ms',
  (phase, elapsedMs, etaMs, afterMs) => {
    expect(pollAfterMs(phase, elapsedMs, etaMs)).toBe(afterMs);
  },
);

const namesOf = (text: string): string[] => text.trim().split(/\s+/);

test.each(
  namesOf(`pg_typeof pg_size_pretty pg_size_bytes pg_column_size pg_column_compression pg_collation_for
    pg_input_is_valid pg_table_is_visible pg_type_is_visible pg_function_is_visible pg_relation_size pg_table_size
    pg_indexes_size pg_total_relation_size pg_get_constraintdef pg_get_indexdef pg_get_expr pg_get_userbyid
    pg_get_serial_sequence pg_get_keywords lower PG_TYPEOF my_lo_ reader http query2`),
)('a statement may call %s', (name) => {
  expect(isDeniedFunction(name)).toBe(false);
});

test.each(
  namesOf(`pg_sleep pg_read_file PG_Sleep lo_import dblink dblink_exec query_to_xml table_to_xml schema_to_xml
    database_to_xml cursor_to_xml binary_upgrade_x brin_summarize_range brin_desummarize_range gin_clean_pending_list
    file_fdw_handler postgres_fdw_handler read_csv parquet_scan sniff_csv duckdb_settings pragma_table_info sqlite_scan
    mysql_scan postgres_scan iceberg_scan delta_scan st_read http_get loread lowrite set_config current_setting
    current_query nextval setval currval lastval txid_current txid_current_if_assigned ts_stat ts_rewrite crosstab
    connectby xpath_table inet_server_addr inet_server_port inet_client_addr inet_client_port
    suppress_redundant_updates_trigger getenv glob query query_table checkpoint force_checkpoint which_secret seq_scan
    arrow_scan arrow_scan_dumb pandas_scan python_map_function json_execute_serialized_sql getvariable write_log
    parse_duckdb_log_message test_all_types in_search_path current_schemas NextVal`),
)('no statement may call %s', (name) => {
  expect(isDeniedFunction(name)).toBe(true);
});

test.each(
  namesOf(`pg_class pg_namespace pg_attribute pg_type pg_enum pg_index pg_indexes pg_constraint pg_description pg_tables
    pg_views pg_range pg_operator pg_collation pg_timezone_abbrevs orders`),
)('a statement may read %s of the catalog', (name) => {
  expect(isDeniedRelation(undefined, name)).toBe(false);
  expect(isDeniedRelation('PG_catalog', name.toUpperCase())).toBe(false);
});

test.each([
  [undefined, 'pg_authid', true],
  ['pg_catalog', 'PG_SHADOW', true],
  ['pg_toast', 'pg_class', true],
  ['PG_Temp_1', 'x', true],
  ['public', 'pg_authid', false],
  ['x_pg_', 'pg_authid', false],
])('in the schema %s the table %s is denied: %s', (schema, name, expected) => {
  expect(isDeniedRelation(schema, name)).toBe(expected);
});

test.each<[Partial<SqlEvidence>, number]>([
  [{ rows: 99, usualRows: 100 }, 97],
  [{ rows: 1, planRows: 100 }, 50],
  [{ rows: 3, planRows: 100 }, 51],
  [{ rows: 1_000_000_000_000 }, 97],
])('while rows come, %j is %d percent', (known, percent) => {
  expect(progressOf({ ...nothing, enginePercent: null, phase: 'fetching', ...known }).percent).toBe(percent);
});

test('the words of a size say when nothing could be estimated', () => {
  expect(sizeInWords({ rows: null, bytes: null, cost: null, basis: 'none', ...learned })).toBe(
    'Its size could not be estimated in time.',
  );
  expect(sizeInWords({ rows: 3, bytes: 12, cost: 1.5, basis: 'plan', ...learned })).toBe(
    'It is estimated at 3 rows and 12 bytes, at a cost of 1.5.',
  );
});

test.each([
  ['smallint', 'number'],
  ['integer', 'number'],
  ['real', 'number'],
  ['double precision', 'number'],
  ['double', 'number'],
  ['float', 'number'],
  ['tinyint', 'number'],
  ['utinyint', 'number'],
  ['usmallint', 'number'],
  ['uinteger', 'number'],
  ['bigint', 'text'],
  ['numeric', 'text'],
  ['boolean', 'boolean'],
  ['timestamp with time zone', 'instant'],
  ['timestamp(3) with time zone', 'instant'],
  ['timestamp', 'moment'],
  ['timestamp(0) without time zone', 'moment'],
  ['date', 'text'],
])('a column of the type %s holds a %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

test('a stored result is called as its session is', () => {
  const id = `sql_${'0'.repeat(26)}`;
  expect(resultTableName(id)).toBe(`r_${id}`);
  expect(sessionOfResult(resultTableName(id))).toBe(id);
});

test('a second column of a name gets a number that no other column has', () => {
  const columns = ['id', 'id', 'id_2', 'id', 'name'].map((name) => ({ name, type: 'text' }));
  expect(uniqueNames(columns)).toEqual(['id', 'id_2', 'id_2_2', 'id_3', 'name']);
});

test.each([
  ['timestamp', '2026-01-02 03:04:05', '2026-01-02T03:04:05.000000'],
  ['timestamp', '2026-01-02 03:04:05.12', '2026-01-02T03:04:05.120000'],
  ['timestamp', 'infinity', 'infinity'],
  ['timestamp', '12026-01-02 03:04:05', '12026-01-02 03:04:05'],
  ['timestamp with time zone', '2026-01-02 03:04:05.6+00', '2026-01-02T03:04:05.600000Z'],
  ['timestamp with time zone', '-infinity', '-infinity'],
])('the text of a %s, %s, is %s in JSON', (type, text, expected) => {
  expect(jsonValueOf(type)(text)).toBe(expected);
});

test.each([
  [null, 'NULL'],
  [false, 'false'],
  ['a\r\nb\nc\td', 'a↵b↵c[U+0009]d'],
  ['safe \u202etxt.exe', 'safe [U+202E]txt.exe'],
  ['x'.repeat(300), 'x'.repeat(300)],
  ['x'.repeat(100_000), `${'x'.repeat(300)}…`],
  [`${'x'.repeat(299)}👩 and more`, `${'x'.repeat(299)}…`],
  [`${'x'.repeat(298)}👩 and more`, `${'x'.repeat(298)}👩…`],
])('a cell shows %j as %j', (value, text) => {
  expect(cellText(value)).toBe(text);
});
