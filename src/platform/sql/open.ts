import type { SourceConnector, SqlGrammar } from '../../contracts/sql/ports.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Config } from '../config.js';
import { loadSqlGrammar } from './grammar.js';
import { sqlSettingsOf } from './settings.js';
import { sourceConnector } from './source-session.js';

/** What a process needs for statements of people. */
export interface SqlPlatform {
  readonly grammar: SqlGrammar;
  readonly connector: SourceConnector;
  readonly sql: SqlSettings;
}

export async function openSql(config: Config): Promise<SqlPlatform> {
  return { grammar: await loadSqlGrammar(), connector: sourceConnector, sql: sqlSettingsOf(config) };
}
