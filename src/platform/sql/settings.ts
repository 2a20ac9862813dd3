import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Config } from '../config.js';
import { loadDataSources } from './data-sources.js';

export function sqlSettingsOf(config: Config): SqlSettings {
  return {
    sources: loadDataSources(config.sqlDataSources),
    places: config.sqlMaxConcurrentSessions,
    queueMax: config.sqlQueueMax,
    dropPartial: config.sqlCleanupSessionOnError,
    syncWaitMs: config.sqlSyncWaitMs,
    statementTimeoutMs: config.sqlStatementTimeoutMs,
    lockTimeoutMs: config.sqlLockTimeoutMs,
    confirm: { rows: config.sqlConfirmRows, bytes: config.sqlConfirmBytes, cost: config.sqlConfirmCost },
    ceiling: { rows: config.sqlMaxRows, bytes: config.sqlMaxBytes, cost: config.sqlMaxCost },
  };
}
