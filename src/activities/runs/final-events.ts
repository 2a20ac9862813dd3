import { event, type EventData, type RunEvent } from '../../contracts/event-data.js';
import type { RunOutcome } from '../../contracts/runs/run.js';
import { omit } from '../../domain/omit.js';

/** A rejection ends a session like a cancel: nothing failed. The status in the event distinguishes them. */
export function sessionEnd(end: EventData['session.canceled']): RunEvent {
  if (end.status === 'completed') return event('session.completed', end);
  return event(end.status === 'failed' ? 'session.failed' : 'session.canceled', end);
}

export function jobEnd({ status, result, error }: RunOutcome): RunEvent {
  switch (status) {
    case 'completed':
      return event('job.completed', {
        state: 'SUCCESS',
        result: result === undefined ? null : omit(result, 'key'),
      });
    case 'failed':
    case 'rejected':
      return event('job.failed', {
        state: 'FAILED',
        error: error?.message ?? 'unknown error',
        errorCode: error?.code ?? 'unknown_error',
      });
    case 'canceled':
      return event('job.canceled', { state: 'CANCELED' });
  }
}
