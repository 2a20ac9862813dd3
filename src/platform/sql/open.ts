import type { ResultEngine, SourceConnector, SourcePlanner, SqlGrammar } from '../../contracts/sql/ports.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Config } from '../config.js';
import type { ObjectStore } from '../objects/object-store.js';
import { loadSqlGrammar } from './grammar.js';
import { createSourcePlanner } from './planning-connections.js';
import { createResultEngine } from './result-engine.js';
import { sqlSettingsOf } from './settings.js';
import { sourceConnector } from './source-session.js';

/** The parts of a process for people's statements. */
export interface SqlPlatform {
  readonly grammar: SqlGrammar;
  readonly connector: SourceConnector;
  readonly planner: SourcePlanner;
  readonly engine: ResultEngine;
  readonly sql: SqlSettings;
}

export async function openSql(config: Config, objects: ObjectStore): Promise<SqlPlatform> {
  const limits = { memoryMb: config.sqlDuckdbMemoryMb, diskMb: config.sqlDuckdbDiskMb, threads: 2 };
  const [grammar, sql] = [await loadSqlGrammar(), sqlSettingsOf(config)];
  const engine = createResultEngine(objects, limits);
  return { grammar, connector: sourceConnector, planner: createSourcePlanner(), engine, sql };
}
