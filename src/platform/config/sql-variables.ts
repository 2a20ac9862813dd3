import { flag, secret, whole } from './variable-kinds.js';

const GIGABYTE = 1_073_741_824;

/** Limits of people's statements, and the databases that they may query. */
export const sqlVariables = {
  sqlDataSources: secret(
    'SQL_DATA_SOURCES',
    'Databases that people may ask, as a JSON list, or the absolute path of a file with it; see docs/sql.md.',
  ),
  sqlMaxConcurrentSessions: whole(
    { min: 1, max: 1_000, standard: 5 },
    'SQL_MAX_CONCURRENT_SESSIONS',
    'Statements that run at once, on all workers together.',
  ),
  sqlQueueMax: whole(
    { min: 1, max: 10_000, standard: 100 },
    'SQL_QUEUE_MAX',
    'Statements that may wait for a place; further ones are refused.',
  ),
  sqlCleanupSessionOnError: flag(
    true,
    'SQL_CLEANUP_SESSION_ON_ERROR',
    'Whether the rows that a failed statement had given already are dropped.',
  ),
  sqlSyncWaitMs: whole(
    { min: 0, max: 600_000, standard: 30_000 },
    'SQL_SYNC_WAIT_MS',
    'Milliseconds that the synchronous route waits for a result before it answers that it goes on.',
  ),
  sqlStatementTimeoutMs: whole(
    { min: 100, max: 86_400_000, standard: 600_000 },
    'SQL_STATEMENT_TIMEOUT_MS',
    'Milliseconds that a statement may take from its beginning to its last row.',
  ),
  sqlLockTimeoutMs: whole(
    { min: 1, max: 3_600_000, standard: 10_000 },
    'SQL_LOCK_TIMEOUT_MS',
    'Milliseconds that a statement may wait for a lock.',
  ),
  sqlConfirmRows: whole(
    { min: 0, max: 1_000_000_000_000, standard: 1_000_000 },
    'SQL_CONFIRM_ROWS',
    'Estimated rows above which a statement runs only after it was confirmed.',
  ),
  sqlConfirmBytes: whole(
    { min: 0, max: 999_999_999_999_999, standard: GIGABYTE },
    'SQL_CONFIRM_BYTES',
    'Estimated bytes of a result above which it has to be confirmed.',
  ),
  sqlConfirmCost: whole(
    { min: 0, max: 999_999_999_999_999, standard: 100_000_000 },
    'SQL_CONFIRM_COST',
    "Estimated cost, in the planner's units, above which it has to be confirmed.",
  ),
  sqlMaxRows: whole(
    { min: 1, max: 1_000_000_000_000, standard: 20_000_000 },
    'SQL_MAX_ROWS',
    'Estimated rows above which a statement is refused; a result is cut off there.',
  ),
  sqlMaxBytes: whole(
    { min: 1_024, max: 999_999_999_999_999, standard: 8 * GIGABYTE },
    'SQL_MAX_BYTES',
    'Estimated bytes above which a statement is refused; a result is cut off there.',
  ),
  sqlDuckdbMemoryMb: whole(
    { min: 64, max: 1_048_576, standard: 512 },
    'SQL_DUCKDB_MEMORY_MB',
    'Megabytes of memory for each statement over stored results.',
  ),
  sqlDuckdbDiskMb: whole(
    { min: 1, max: 1_048_576, standard: 4_096 },
    'SQL_DUCKDB_DISK_MB',
    'Megabytes that such a statement may put on disk.',
  ),
  sqlMaxCost: whole(
    { min: 1, max: 999_999_999_999_999, standard: 100_000_000_000 },
    'SQL_MAX_COST',
    'Estimated cost above which a statement is refused, confirmed or not.',
  ),
} as const;
