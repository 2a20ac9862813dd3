import { ConfigError, type Config } from './config.js';

/** For a process that signs: `npm start` makes a secret of its own and gives it to its parts. */
export function signingSecretOf(config: Config): string {
  if (config.signingSecret !== undefined) return config.signingSecret;
  throw new ConfigError([
    'SIGNING_SECRET: given nothing, allowed: at least 32 characters, the same for every process',
  ]);
}
