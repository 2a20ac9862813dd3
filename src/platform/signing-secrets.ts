import type { SigningSecrets } from '../crypto/signing-secrets.js';
import { ConfigError, type Config } from './config.js';

/** For a process that signs: `npm start` makes a secret of its own and gives it to its parts. */
export function signingSecretsOf(config: Config): SigningSecrets {
  const { signingSecret: current, signingSecretPrevious: previous } = config;
  if (current !== undefined) return { current, previous };
  throw new ConfigError([
    'SIGNING_SECRET: given nothing, allowed: at least 32 characters, the same for every process',
  ]);
}
