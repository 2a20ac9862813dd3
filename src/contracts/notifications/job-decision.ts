import { z } from 'zod';
import { idSchema } from '../ids.js';

/** What the API answers to a decision about a run that waits. */
export const jobDecisionSchema = z
  .object({ gateId: idSchema('gate'), jobId: idSchema('job'), decision: z.enum(['approve', 'reject']) })
  .meta({ id: 'JobDecision' });
