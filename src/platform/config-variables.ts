import { z } from 'zod';

export interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly env: string;
  readonly schema: Schema;
  /** What it does, in one sentence, for `.env.example`. */
  readonly about: string;
  /** What may be given, in words. */
  readonly allowed?: string;
  readonly secret?: boolean;
}

function variable<Schema extends z.ZodType>(definition: Variable<Schema>): Variable<Schema> {
  return definition;
}

function whole(range: { min: number; max: number; standard: number }, env: string, about: string) {
  return variable({
    env,
    about,
    allowed: `a whole number from ${range.min} to ${range.max}`,
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(range.min).max(range.max))
      .default(range.standard),
  });
}

function optionalPort(env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'a port number from 1 to 65535',
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .pipe(z.number().min(1).max(65535))
      .optional(),
  });
}

function flag(standard: boolean, env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'true or false',
    schema: z
      .enum(['true', 'false', '1', '0'])
      .transform((text) => text === 'true' || text === '1')
      .default(standard),
  });
}

function text(standard: string, env: string, about: string) {
  return variable({ env, about, schema: z.string().default(standard) });
}

function optionalText(env: string, about: string) {
  return variable({ env, about, schema: z.string().optional() });
}

function secret(env: string, about: string, minimum = 1) {
  return variable({
    env,
    about,
    secret: true,
    allowed: minimum > 1 ? `at least ${minimum} characters` : 'any text',
    schema: z.string().min(minimum).optional(),
  });
}

function list(env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'values separated by commas',
    schema: z
      .string()
      .default('')
      .transform((given) =>
        given
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      ),
  });
}

function url(env: string, about: string, schemes: readonly string[], options: { secret?: boolean } = {}) {
  return variable({
    env,
    about,
    allowed: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    secret: options.secret ?? false,
    schema: z
      .string()
      .refine((given) => URL.canParse(given) && schemes.includes(new URL(given).protocol.replace(':', '')))
      .optional(),
  });
}

/** Every variable that this program reads. `.env.example` is written from this table, and a test holds them together. */
export const variables = {
  // The stack behind `npm start`
  home: text('.sluice', 'SLUICE_HOME', 'Folder that holds the data of the embedded stack.'),
  port: optionalPort('PORT', 'Port of the API and the console (3000, or a free one when that is taken).'),
  host: text('127.0.0.1', 'HOST', 'Address that the API listens on.'),
  temporalPort: optionalPort('TEMPORAL_PORT', 'Port of the embedded Temporal server (7233, or a free one).'),
  temporalUiPort: optionalPort('TEMPORAL_UI_PORT', 'Port of the Temporal Web UI (8233, or a free one).'),
  noOpen: flag(false, 'NO_OPEN', 'Do not open the browser on start.'),
  embeddedPgBin: optionalText('EMBEDDED_PG_BIN', 'Folder with initdb and postgres, instead of those found.'),
  temporalCliPath: optionalText(
    'TEMPORAL_CLI_PATH',
    'The `temporal` program, instead of the one found or downloaded.',
  ),

  // What replaces an embedded part
  databaseUrl: url('DATABASE_URL', 'PostgreSQL, instead of the embedded one.', ['postgres', 'postgresql'], {
    secret: true,
  }),
  databasePoolMax: whole(
    { min: 2, max: 500, standard: 10 },
    'DATABASE_POOL_MAX',
    'Connections a process keeps at most.',
  ),
  temporalAddress: optionalText(
    'TEMPORAL_ADDRESS',
    'Temporal server as host:port, instead of the embedded one.',
  ),
  temporalNamespace: text('default', 'TEMPORAL_NAMESPACE', 'Temporal namespace.'),
  temporalProfile: optionalText(
    'TEMPORAL_PROFILE',
    'Profile of the Temporal client configuration file (Temporal Cloud).',
  ),
  temporalUiUrl: url('TEMPORAL_UI_URL', 'Address of the Temporal Web UI, for links.', ['http', 'https']),
  redisUrl: url(
    'REDIS_URL',
    'Redis for the cache and the rate limits; without it they use memory and PostgreSQL.',
    ['redis', 'rediss'],
    { secret: true },
  ),

  // The API
  publicUrl: url('PUBLIC_URL', 'Address under which people reach the API, for links.', ['http', 'https']),
  corsOrigins: list('CORS_ORIGINS', 'Origins that may call the API from a browser.'),
  proxyIpsCount: whole(
    { min: 0, max: 10, standard: 0 },
    'PROXY_IPS_COUNT',
    'Trusted proxies in front of the API.',
  ),
  rateLimitPerMinute: whole(
    { min: 1, max: 1_000_000, standard: 6_000 },
    'RATE_LIMIT_PER_MINUTE',
    'Requests a user may make in a minute.',
  ),
  rateLimitAnonymousPerMinute: whole(
    { min: 1, max: 1_000_000, standard: 600 },
    'RATE_LIMIT_ANONYMOUS_PER_MINUTE',
    'Requests an address may make in a minute without a valid token.',
  ),
  bodyLimitBytes: whole(
    { min: 1_024, max: 104_857_600, standard: 1_048_576 },
    'BODY_LIMIT_BYTES',
    'Largest request body.',
  ),
  resultInlineMaxBytes: whole(
    { min: 0, max: 16_777_216, standard: 262_144 },
    'RESULT_INLINE_MAX_BYTES',
    'Largest job result that is answered directly; a larger one is a redirect to a signed link.',
  ),
  signingSecret: secret(
    'SIGNING_SECRET',
    'Signs cursors, links and cookies. Needed outside `npm start`, which makes its own.',
    32,
  ),
  jwtIssuer: optionalText('JWT_ISSUER', 'Issuer of accepted JWTs; without it only API keys are accepted.'),
  jwtAudience: optionalText('JWT_AUDIENCE', 'Audience of accepted JWTs.'),
  jwtAlgorithm: variable({
    env: 'JWT_ALGORITHM',
    about: 'The one algorithm that accepted JWTs are signed with; the token has no say in it.',
    schema: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']).default('RS256'),
  }),
  jwtJwksUrl: url('JWT_JWKS_URL', 'Where the keys of the issuer are.', ['http', 'https']),
  jwtSecret: secret('JWT_SECRET', 'Shared secret, for HS256.', 32),
  metricsToken: secret(
    'METRICS_TOKEN',
    'Bearer token for /metrics; without it an ADMIN token is needed.',
    16,
  ),

  // The worker
  workerEnabled: flag(true, 'WORKER_ENABLED', 'False: the worker process starts nothing.'),
  workerQueues: list(
    'WORKER_QUEUES',
    'Task queues this worker serves (flow, llm, sql, notify); all when empty.',
  ),
  workerPollIntervalMs: whole(
    { min: 100, max: 60_000, standard: 5_000 },
    'WORKER_POLL_INTERVAL',
    'Milliseconds between the fallback polls of event readers; everything else is pushed.',
  ),
  retentionDays: whole(
    { min: 1, max: 3_650, standard: 90 },
    'RETENTION_DAYS',
    'Days that a finished run and its result are kept.',
  ),

  // Observation
  logLevel: variable({
    env: 'LOG_LEVEL',
    about: 'How much is logged.',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }),
  otlpEndpoint: url(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OpenTelemetry collector; traces are sent only when it is set.',
    ['http', 'https'],
  ),
} as const;
