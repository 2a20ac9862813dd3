import { z } from 'zod';
import { givenMoment } from '../moment.js';
import { auditLogSchema } from '../audit/log.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { roleSchema } from './principal.js';

/** With `include=auditLogs` each user carries their newest entries, this many at most. */
export const AUDIT_LOGS_PER_USER = 10;

export const userSchema = z
  .object({
    id: idSchema('user'),
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    isActive: z.boolean(),
    issuer: z
      .string()
      .nullable()
      .meta({ description: 'Who vouches for a user that a token brought; null when made here.' }),
    version: z.number().int().meta({ description: 'Counts changes; the ETag.' }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof userSchema>;

export const userWithLogsSchema = userSchema
  .extend({
    auditLogs: z
      .array(auditLogSchema)
      .optional()
      .meta({
        description: `With include=auditLogs: what the user did last, ${AUDIT_LOGS_PER_USER} entries at most.`,
      }),
  })
  .meta({ id: 'UserWithAuditLogs' });
export type UserWithLogs = z.infer<typeof userWithLogsSchema>;

export const userPageSchema = pageOf(userWithLogsSchema).meta({ id: 'UserPage' });

const flagText = z.enum(['true', 'false']).transform((text) => text === 'true');

export const userFilterShape = {
  role: roleSchema.optional(),
  isActive: flagText.optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Beginning of the name or the e-mail address.' }),
};
export const userFacetQuerySchema = z.strictObject(userFilterShape);
export type UserFilters = z.output<typeof userFacetQuerySchema>;

export const userListQuerySchema = z.strictObject({
  ...userFilterShape,
  include: z.literal('auditLogs').optional(),
  ...pageQuery,
});

const email = z.string().trim().max(254).pipe(z.email());
// No control characters: a name is shown, logged and mailed.
const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');
const reason = z.string().trim().min(1).max(500).optional().meta({ description: 'Why, for the audit log.' });

export const newUserSchema = z
  .strictObject({ email, name, role: roleSchema.default('ANALYST'), reason })
  .meta({ id: 'NewUser' });

export const userChangeSchema = z
  .strictObject({
    email: email.optional(),
    name: name.optional(),
    role: roleSchema.optional(),
    isActive: z.boolean().optional(),
    reason,
  })
  .refine(
    ({ email, name, role, isActive }) => [email, name, role, isActive].some((value) => value !== undefined),
    {
      message: 'must change something',
    },
  )
  .meta({ id: 'UserChange' });

export const deactivationSchema = z.strictObject({ reason }).meta({ id: 'Deactivation' });

const counts = z.object({ total: z.number().int(), active: z.number().int(), inactive: z.number().int() });

export const userStatsSchema = counts
  .extend({
    byRole: z.object({ ADMIN: counts, ANALYST: counts }),
    createdLast7Days: z.number().int(),
    createdLast30Days: z.number().int(),
    asOf: z.string(),
  })
  .meta({ id: 'UserStats' });
export type UserStats = z.infer<typeof userStatsSchema>;

export const facetSchema = z.array(z.object({ value: z.string(), count: z.number().int() }));

export const userFacetsSchema = z
  .object({
    role: facetSchema,
    isActive: facetSchema,
    counted: z.number().int(),
    complete: z
      .boolean()
      .meta({ description: 'False: too many match, and only so many of them were counted.' }),
  })
  .meta({ id: 'UserFacets' });
export type UserFacets = z.infer<typeof userFacetsSchema>;

export const apiKeySchema = z
  .object({
    id: idSchema('apiKey'),
    name: z.string(),
    hint: z.string().meta({ description: 'The end of the secret, to recognise it by.' }),
    createdAt: z.string(),
    lastUsedAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
    status: z.enum(['active', 'expired', 'revoked']),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKeySchema>;

export const issuedApiKeySchema = apiKeySchema
  .extend({ secret: z.string().meta({ description: 'The key itself. Shown this once.' }) })
  .meta({ id: 'IssuedApiKey' });

export const newApiKeySchema = z
  .strictObject({
    name: name,
    expiresAt: givenMoment
      .refine((moment) => Date.parse(moment) > Date.now(), 'must be in the future')
      .optional(),
    reason,
  })
  .meta({ id: 'NewApiKey' });

export const apiKeyPageSchema = pageOf(apiKeySchema).meta({ id: 'ApiKeyPage' });
