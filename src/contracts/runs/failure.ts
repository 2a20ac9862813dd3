import { z } from 'zod';

export const failureKinds = ['step', 'job', 'delivery'] as const;

export const failureListQuery = z.strictObject({ kind: z.enum(failureKinds).optional() });

const fingerprint = z.string().regex(/^[0-9a-f]{16}$/, 'must be the fingerprint of a group of failures');
export const failureParams = z.object({ fingerprint });

export const failureGroupSchema = z
  .object({
    fingerprint: z.string(),
    kind: z.enum(failureKinds),
    subject: z.string().meta({ description: 'The step of a template, the kind of a job, or a delivery.' }),
    code: z.string(),
    message: z.string().meta({ description: 'Of the newest; numbers and ids do not part a group.' }),
    count: z.int(),
    firstAt: z.string(),
    lastAt: z.string(),
    samples: z
      .array(z.object({ id: z.string(), title: z.string(), href: z.string() }))
      .meta({ description: 'The newest five.' }),
  })
  .meta({ id: 'FailureGroup' });
export type FailureGroup = z.infer<typeof failureGroupSchema>;

export const failureListSchema = z
  .object({
    items: z.array(failureGroupSchema).meta({ description: 'The largest groups first, at most 200.' }),
    total: z.int().meta({ description: 'All failures that stand, of every group.' }),
  })
  .meta({ id: 'FailureGroups' });

export const retryFailuresBody = z.strictObject({
  dryRun: z.boolean().default(false),
  limit: z.int().min(1).max(100).default(100).meta({ description: 'At most this many, the oldest first.' }),
});

export const retriedSchema = z
  .object({
    fingerprint: z.string(),
    dryRun: z.boolean(),
    matching: z.int().meta({ description: 'How many of the group there were.' }),
    results: z.array(
      z.object({
        id: z.string(),
        status: z.enum(['would_retry', 'retried', 'refused']),
        code: z.string().optional().meta({ description: 'Why it was refused.' }),
        retriedAs: z.string().optional().meta({ description: 'The new job or delivery.' }),
      }),
    ),
  })
  .meta({ id: 'RetriedFailures' });
export type RetriedFailures = z.infer<typeof retriedSchema>;
export type Retried = z.infer<typeof retriedSchema>['results'][number];
