import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { newApiKey } from '../crypto/api-key.js';
import { writePrivateJson } from './private-file.js';
import { StartError } from './start-error.js';

const secretsSchema = z.object({
  signingSecret: z.string().min(32),
  adminApiKey: z.string().startsWith('slk_'),
  analystApiKey: z.string().startsWith('slk_'),
});

export type Secrets = z.infer<typeof secretsSchema>;

/** Made once a home. They stay the same over restarts, or every link, cookie and script would break. */
export function keepSecrets(path: string): Secrets {
  if (!existsSync(path)) {
    writePrivateJson(path, {
      signingSecret: randomBytes(32).toString('base64url'),
      adminApiKey: newApiKey().secret,
      analystApiKey: newApiKey().secret,
    });
  }
  const parsed = secretsSchema.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  throw new StartError(`${path} is damaged: restore it, or delete it and new keys are made.`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
