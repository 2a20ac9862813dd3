import type { Replayed } from '../../operations/runs/replay-dead-letters.js';
import type { DeadLetterView } from '../../contracts/runs/dead-letter.js';
import { webhookWorkflowIdOf } from '../../contracts/names.js';
import type { DeadLetter } from '../../db/runs/dead-letters.js';
import { temporalLink, type TemporalUi } from '../http/temporal-link.js';

export const DEAD_LETTERS_PATH = '/api/v1/dead-letters';

function jobUrl(id: string): string {
  return `/jobs/${id}`;
}

function deliveryUrl(webhookId: string, id: string): string {
  return `/api/v1/webhooks/${webhookId}/deliveries/${id}`;
}

export function deadLetterView(letter: DeadLetter, ui: TemporalUi): DeadLetterView {
  const { id, runId, deliveryId, kind, title, errorCode, input, errors, createdAt } = letter;
  return {
    id,
    jobId: runId,
    deliveryId,
    kind,
    title,
    errorCode,
    input: { ...input },
    errors: [...errors],
    createdAt,
    replayedAs: letter.replayedRunId ?? letter.replayedDeliveryId,
    links: linksOf(letter, ui),
  };
}

function linksOf(letter: DeadLetter, ui: TemporalUi): DeadLetterView['links'] {
  const { id, runId, workflowId, deliveryId, webhookId, replayedRunId, replayedDeliveryId } = letter;
  const self = `${DEAD_LETTERS_PATH}/${id}`;
  if (runId !== null) {
    return {
      self,
      subject: jobUrl(runId),
      replayedAs: replayedRunId === null ? null : jobUrl(replayedRunId),
      temporal: workflowId === null ? null : temporalLink(ui, workflowId),
    };
  }
  const webhook = webhookId ?? '';
  return {
    self,
    subject: deliveryUrl(webhook, deliveryId ?? ''),
    replayedAs: replayedDeliveryId === null ? null : deliveryUrl(webhook, replayedDeliveryId),
    temporal: temporalLink(ui, webhookWorkflowIdOf(webhook)),
  };
}

interface ReplayedView {
  readonly jobId?: string;
  readonly deliveryId?: string;
  readonly statusUrl: string;
}

export function replayedView(replayed: Replayed): ReplayedView {
  if ('jobId' in replayed) return { jobId: replayed.jobId, statusUrl: jobUrl(replayed.jobId) };
  const { deliveryId, webhookId } = replayed;
  return { deliveryId, statusUrl: deliveryUrl(webhookId, deliveryId) };
}
