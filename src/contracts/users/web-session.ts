import { z } from 'zod';
import { idSchema } from '../ids.js';
import { permissionSchema } from './permission.js';
import { roleSchema } from './principal.js';

/** Either way in: what a person has, or the link that `npm start` prints, once. */
export const signInSchema = z
  .union([
    z.strictObject({ apiKey: z.string().min(1).max(200) }),
    z.strictObject({ signInToken: z.string().min(1).max(200) }),
  ])
  .meta({ id: 'SignIn' });

export const meSchema = z
  .object({
    id: idSchema('user'),
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    permissions: z.array(permissionSchema),
    via: z.enum(['api_key', 'jwt', 'console']),
    apiKeyId: z.string().nullable(),
    links: z.object({
      temporal: z
        .string()
        .nullable()
        .meta({ description: 'Where the Temporal Web UI shows the workflows, when it is known.' }),
    }),
  })
  .meta({ id: 'Me' });
