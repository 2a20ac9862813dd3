import { z } from 'zod';
import { givenMoment } from '../moment.js';
import { auditBreakSchema, auditCheckpointSchema } from '../../crypto/audit-chain.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { roleSchema } from '../users/principal.js';
import { timesInOrder } from '../times-in-order.js';

/** A lower-case singular noun for everything that the log speaks of. */
export const auditResourceSchema = z
  .enum([
    'user',
    'api_key',
    'session',
    'gate',
    'template',
    'job',
    'sql_session',
    'office',
    'staff',
    'deadline',
    'webhook',
    'audit_log',
    'setting',
  ])
  .meta({ id: 'AuditResource' });
export type AuditResource = z.infer<typeof auditResourceSchema>;

const state = z.record(z.string(), z.unknown()).nullable();

export const auditLogSchema = z
  .object({
    id: idSchema('audit'),
    timestamp: z.string().meta({ description: 'RFC 3339, UTC, with microseconds.' }),
    actor: z.object({
      id: z.string().nullable().meta({ description: 'Null when the system itself acted.' }),
      name: z.string(),
      email: z.string().nullable(),
      role: z.union([roleSchema, z.literal('SYSTEM')]),
    }),
    action: z.string(),
    resourceType: z.string(),
    resourceId: z.string(),
    before: state,
    after: state,
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    origin: z.object({ ip: z.string().nullable(), userAgent: z.string().nullable() }).nullable(),
    isDeleted: z.boolean(),
    seq: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Place in the hash chain; null for a moment after the write.' }),
    hash: z.string().nullable().meta({ description: 'SHA-256 link of the chain, hexadecimal.' }),
  })
  .meta({ id: 'AuditLog' });
export type AuditLog = z.infer<typeof auditLogSchema>;

export const auditFilterShape = {
  resourceType: auditResourceSchema.optional(),
  resourceId: z.string().min(1).max(200).optional(),
  action: z.string().min(1).max(100).optional(),
  actorId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'The id of a user, or `system:` and the name of a part of the system.' }),
  from: givenMoment.optional().meta({ description: 'Entries at this moment or later.' }),
  to: givenMoment.optional().meta({ description: 'Entries before this moment.' }),
  includeDeleted: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
};

export const auditListQuerySchema = z
  .strictObject({ ...auditFilterShape, ...pageQuery })
  .superRefine(timesInOrder('from', 'to'));
export const auditFilterQuerySchema = z
  .strictObject(auditFilterShape)
  .superRefine(timesInOrder('from', 'to'));
export type AuditFilters = z.output<typeof auditFilterQuerySchema>;

export const auditPageSchema = pageOf(auditLogSchema).meta({ id: 'AuditLogPage' });

const facet = z.array(z.object({ value: z.string(), count: z.number().int() }));

export const auditFacetsSchema = z
  .object({
    action: facet,
    resourceType: facet,
    actor: z.array(z.object({ id: z.string().nullable(), name: z.string(), count: z.number().int() })),
    timeline: z.array(z.object({ from: z.string(), count: z.number().int() })),
    timelineUnit: z.enum(['hour', 'day']),
    counted: z.number().int(),
    complete: z
      .boolean()
      .meta({ description: 'False: only the newest of the matching entries were counted.' }),
  })
  .meta({ id: 'AuditFacets' });
export type AuditFacets = z.infer<typeof auditFacetsSchema>;

export const auditVerificationSchema = z
  .object({
    valid: z.boolean(),
    checked: z.number().int().meta({ description: 'Entries whose content and link are right.' }),
    prunedThrough: z.number().int().meta({ description: 'Entries up to this seq are no longer kept.' }),
    checkpoint: auditCheckpointSchema.nullable(),
    firstBroken: z
      .object({ seq: z.number().int().nullable(), id: z.string().nullable(), reason: auditBreakSchema })
      .optional(),
  })
  .meta({ id: 'AuditVerification' });
