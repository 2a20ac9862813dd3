import { readFileSync } from 'node:fs';
import { dataSourcesSchema, type DataSource } from '../../contracts/sql/data-source.js';
import { ConfigError } from '../config.js';

/** By name. The value is never shown: addresses carry passwords. */
export type DataSources = ReadonlyMap<string, DataSource>;

export function loadDataSources(given: string | undefined): DataSources {
  if (given === undefined) return new Map();
  const parsed = dataSourcesSchema.safeParse(readList(given));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  return new Map(parsed.data.map((source) => [source.name, source]));
}

function readList(given: string): unknown {
  try {
    return JSON.parse(given.startsWith('/') ? readFileSync(given, 'utf8') : given);
  } catch {
    throw wrong(given.startsWith('/') ? `${given} cannot be read as JSON` : 'it is not JSON');
  }
}

function wrong(why: string): ConfigError {
  return new ConfigError([`SQL_DATA_SOURCES: ${why}; see docs/sql.md`]);
}
