import { ConfigError, type Config } from '../../platform/config.js';
import { temporalTarget } from '../../platform/temporal/connection.js';
import { failed, reasonOf, type Check, type Finding } from '../doctor.js';

/** A wrong value stops every command at the start; this looks at what is right by itself and wrong together. */
export const configurationCheck: Pick<Check, 'look'> = {
  look({ config }) {
    const found = [...signing(config), ...tokens(config), ...temporal(config)];
    const fine: Finding = { state: 'ok', what: 'The variables fit each other.' };
    return Promise.resolve(found.length > 0 ? found : [fine]);
  },
};

function signing(config: Config): Finding[] {
  if (config.databaseUrl === undefined || config.signingSecret !== undefined) return [];
  return [
    {
      state: 'warning',
      what: 'DATABASE_URL is set and SIGNING_SECRET is not: `npm run api` will not start.',
      fix: 'Set SIGNING_SECRET to the same 32 or more random characters in every process (openssl rand -hex 32).',
    },
  ];
}

function tokens(config: Config): Finding[] {
  if (config.jwtIssuer === undefined) return [];
  const shared = config.jwtAlgorithm === 'HS256';
  if (shared && config.jwtSecret === undefined) {
    return [
      failed(
        'JWT_ALGORITHM is HS256 and there is no JWT_SECRET.',
        'Set JWT_SECRET, or choose the algorithm of your issuer.',
      ),
    ];
  }
  if (!shared && config.jwtJwksUrl === undefined) {
    return [
      failed(
        'JWT_ISSUER is set and there is no JWT_JWKS_URL.',
        "Set JWT_JWKS_URL to where the issuer's keys are.",
      ),
    ];
  }
  if (config.jwtAudience === undefined) {
    return [
      failed(
        'JWT_ISSUER is set and there is no JWT_AUDIENCE.',
        'Set JWT_AUDIENCE, else tokens for other services would be accepted.',
      ),
    ];
  }
  return [];
}

function temporal(config: Config): Finding[] {
  try {
    temporalTarget(config);
    return [];
  } catch (error) {
    const what = error instanceof ConfigError ? error.problems.join('; ') : reasonOf(error);
    return [failed(what, 'Correct the profile, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.')];
  }
}
