import { z } from 'zod';
import { idSchema } from '../ids.js';

/** The answer to a decision about a waiting run. */
export const jobDecisionSchema = z
  .object({ gateId: idSchema('gate'), jobId: idSchema('job'), decision: z.enum(['approve', 'reject']) })
  .meta({ id: 'JobDecision' });
