import type { RunStatus } from '../../domain/runs/status.js';
import type { RunEvent } from '../event-data.js';
import type { RunError, RunResult } from './run.js';

/**
 * A change of a run for its readers. Everything but the key may be absent; what is present is written, together with
 * the events, or not at all.
 */
export interface RunProjection {
  readonly runId: string;
  /** Names this change within its run: writing it again changes nothing. */
  readonly dedupKey: string;
  readonly status?: RunStatus;
  /** With a `version` in it, status and progress are left alone where a newer one stands; the events are written. */
  readonly progress?: object;
  /** A step's progress is provisional; the workflow's own, at the same version, wins. */
  readonly provisional?: true;
  /** The workflow's own progress, whose order the caller has checked: it replaces any version. */
  readonly authoritative?: true;
  readonly result?: RunResult;
  readonly error?: RunError | null;
  readonly events?: readonly RunEvent[];
}
