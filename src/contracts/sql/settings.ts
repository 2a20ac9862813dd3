import type { SizeLimits } from '../../domain/sql/estimate.js';
import type { DataSource } from './data-source.js';

/** The configuration of statements. */
export interface SqlSettings {
  /** By name. */
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly places: number;
  readonly queueMax: number;
  readonly dropPartial: boolean;
  readonly syncWaitMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly confirm: SizeLimits;
  readonly ceiling: SizeLimits;
}
