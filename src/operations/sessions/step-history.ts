import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/base/sql.js';
import { readStepMedians, type TemplateVersion } from '../../db/sessions/step-medians.js';
import {
  estimateOf,
  type Estimate,
  type RemainingStep,
  type StepMedian,
} from '../../domain/sessions/estimate.js';

export interface EstimatedSession extends TemplateVersion {
  readonly remaining: readonly RemainingStep[];
}

/** How long sessions of a template take, as far as it is known. */
export interface StepHistory {
  /** Asks over the caller's connection: one more for whoever holds one already could leave none to anybody. */
  estimate(db: Db, session: EstimatedSession): Promise<Estimate | null>;
}

/** A further session changes a median of fifty by little. */
const FRESH_MS = 30_000;
const TEMPLATES = 200;

/**
 * The medians of a template version are read once in half a minute. Polls of readers between read nothing.
 * A template that has no history yet is looked at each time. Its first estimate appears with its first finished session.
 */
export function createStepHistory(): StepHistory {
  const known = new LRUCache<string, StepMedian[]>({ max: TEMPLATES, ttl: FRESH_MS });
  const mediansOf = async (db: Db, template: TemplateVersion): Promise<StepMedian[]> => {
    const key = `${template.templateName}@${template.templateVersion}`;
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const medians = await readStepMedians(db, template);
    if (medians.length > 0) known.set(key, medians);
    return medians;
  };
  return {
    async estimate(db, session) {
      const { remaining } = session;
      return remaining.length === 0 ? null : estimateOf(remaining, await mediansOf(db, session));
    },
  };
}
