import { z } from 'zod';
import {
  choices,
  flag,
  list,
  optionalPort,
  optionalText,
  publicKeys,
  secret,
  text,
  url,
  variable,
  whole,
} from './variable-kinds.js';
import { notificationVariables } from './notification-variables.js';
import { s3Variables } from './s3-variables.js';
import { sqlVariables } from './sql-variables.js';
import { temporalVariables } from './temporal-variables.js';

const web = { schemes: ['http', 'https'] };

/**
 * Every variable that this program reads. `.env.example` is written from this table, with its comments as headings. A
 * test holds them together, so it is one table, however long.
 */
export const variables = {
  // The stack behind `npm start`
  home: text('.sluice', 'SLUICE_HOME', 'Folder that holds the data of the embedded stack.'),
  port: optionalPort('PORT', 'Port of the API and the console (3000, or a free one when that is taken).'),
  host: text('127.0.0.1', 'HOST', "Address that the API and a worker's metrics listen on."),
  temporalPort: optionalPort('TEMPORAL_PORT', 'Port of the embedded Temporal server (7233, or a free one).'),
  temporalUiPort: optionalPort('TEMPORAL_UI_PORT', 'Port of the Temporal Web UI (8233, or a free one).'),
  noOpen: flag(false, 'NO_OPEN', 'Do not open the browser on start.'),
  embeddedPgBin: optionalText('EMBEDDED_PG_BIN', 'Folder with initdb and postgres, instead of those found.'),
  temporalCliPath: optionalText(
    'TEMPORAL_CLI_PATH',
    'The `temporal` program, instead of the one found or downloaded.',
  ),
  cacheHome: optionalText(
    'XDG_CACHE_HOME',
    'Folder under which the downloaded Temporal program is kept; ~/.cache when empty.',
  ),
  ci: optionalText('CI', 'Set by build servers; then no browser is opened.'),

  // Replacements of embedded parts
  databaseUrl: url('DATABASE_URL', 'PostgreSQL, instead of the embedded one.', {
    schemes: ['postgres', 'postgresql'],
    secret: true,
  }),
  databaseDirectUrl: url(
    'DATABASE_DIRECT_URL',
    'The same database past its connection pooler, for LISTEN and migrations; DATABASE_URL when empty.',
    { schemes: ['postgres', 'postgresql'], secret: true },
  ),
  databasePoolMax: whole(
    { min: 2, max: 500, standard: 10 },
    'DATABASE_POOL_MAX',
    'Connections a process keeps at most.',
  ),
  ...temporalVariables,
  redisUrl: url(
    'REDIS_URL',
    'Redis for the cache and the rate limits; without it they use memory and PostgreSQL.',
    { schemes: ['redis', 'rediss'], secret: true },
  ),

  // Where results are kept
  objectStoreDir: optionalText(
    'OBJECT_STORE_DIR',
    'Folder for results, the same for every API and worker; `objects` in SLUICE_HOME when empty.',
  ),
  ...s3Variables,

  // The API
  publicUrl: url('PUBLIC_URL', 'Address under which people reach the API, for links.', web),
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
  signingSecretPrevious: secret(
    'SIGNING_SECRET_PREVIOUS',
    'The SIGNING_SECRET of before a change: what it signed and sealed still counts.',
    32,
  ),
  auditRetiredKeys: publicKeys(
    'AUDIT_RETIRED_KEYS',
    'Public keys of secrets of long ago, whose checkpoints of the audit log still count.',
  ),
  jwtIssuer: optionalText('JWT_ISSUER', 'Issuer of accepted JWTs; without it only API keys are accepted.'),
  jwtAudience: optionalText('JWT_AUDIENCE', 'Audience of accepted JWTs.'),
  jwtAlgorithm: variable({
    env: 'JWT_ALGORITHM',
    about: 'The one algorithm that accepted JWTs are signed with; the token has no say in it.',
    schema: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']).default('RS256'),
  }),
  jwtJwksUrl: url('JWT_JWKS_URL', 'Where the keys of the issuer are.', web),
  jwtSecret: secret('JWT_SECRET', 'Shared secret, for HS256.', 32),
  metricsToken: secret(
    'METRICS_TOKEN',
    'Bearer token for /metrics; without it the API asks for an ADMIN token, and a worker for none.',
    16,
  ),
  workerMetricsPort: optionalPort(
    'WORKER_METRICS_PORT',
    'Port on which a worker answers /metrics, /healthz and /readyz, at HOST; none when empty.',
  ),

  // Webhooks
  webhookAllowHttp: flag(
    false,
    'WEBHOOK_ALLOW_HTTP',
    'Webhooks may go to http addresses as well: without encryption on the way.',
  ),
  webhookAllowLoopback: flag(
    false,
    'WEBHOOK_ALLOW_LOOPBACK',
    'Webhooks may go to this very machine, for receivers that are being developed.',
  ),
  webhookAllowPrivate: flag(
    false,
    'WEBHOOK_ALLOW_PRIVATE',
    'Webhooks may go to private addresses: whoever manages webhooks then reaches the network of the workers.',
  ),

  // Notifications
  smtpUrl: url(
    'SMTP_URL',
    'Mail server, smtp:// or smtps://; without it mails are caught and can be read, and none leaves the house.',
    { schemes: ['smtp', 'smtps'], secret: true },
  ),
  ...notificationVariables,

  // Sessions
  autoProgressSteps: flag(
    true,
    'AUTO_PROGRESS_STEPS',
    'The next step of a phase starts by itself; a session may choose otherwise.',
  ),
  autoProgressPhases: flag(
    false,
    'AUTO_PROGRESS_PHASES',
    'The next phase starts without a decision; a session may choose otherwise.',
  ),
  maxRetries: whole(
    { min: 0, max: 100, standard: 3 },
    'MAX_RETRIES',
    'How often a failed step is tried again before a person is asked.',
  ),
  retryDelayMs: whole(
    { min: 1, max: 3_600_000, standard: 1_000 },
    'RETRY_DELAY',
    'Milliseconds before the first retry of a step; each further one waits twice as long.',
  ),
  workerTimeoutMs: whole(
    { min: 1_000, max: 86_400_000, standard: 300_000 },
    'WORKER_TIMEOUT',
    'Milliseconds that one try of a step may take.',
  ),
  workerBatchSize: whole(
    { min: 1, max: 10_000, standard: 100 },
    'WORKER_BATCH_SIZE',
    'Steps that one worker runs at once.',
  ),

  // The worker
  workerEnabled: flag(true, 'WORKER_ENABLED', 'False: the worker process starts nothing.'),
  workerQueues: choices(
    ['flow', 'llm', 'sql', 'notify'],
    'WORKER_QUEUES',
    'Task queues this worker serves; all when empty.',
  ),
  workerPollIntervalMs: whole(
    { min: 100, max: 60_000, standard: 5_000 },
    'WORKER_POLL_INTERVAL',
    'Milliseconds between the fallback polls of event readers; everything else is pushed.',
  ),
  auditRetentionDays: whole(
    { min: 0, max: 36_500, standard: 0 },
    'AUDIT_RETENTION_DAYS',
    'Days that audit entries are kept; 0 keeps them for ever.',
  ),
  retentionDays: whole(
    { min: 1, max: 3_650, standard: 90 },
    'RETENTION_DAYS',
    'Days that a finished run and its result are kept.',
  ),

  // SQL
  ...sqlVariables,

  // Language models
  llmProvider: variable({
    env: 'LLM_PROVIDER',
    about:
      'Who answers; openai-compatible when only LLM_BASE_URL is set, offline (a built-in composer) when nothing is.',
    allowed: 'openai-compatible, openai, anthropic or offline',
    schema: z.enum(['openai-compatible', 'openai', 'anthropic', 'offline']).optional(),
  }),
  llmBaseUrl: url('LLM_BASE_URL', 'Address of the model server, for example http://localhost:11434/v1.', web),
  llmApiKey: secret('LLM_API_KEY', 'Key of the provider; local servers need none.'),
  llmModel: optionalText('LLM_MODEL', 'Model that is asked; for a local server the first one it lists.'),
  llmFallbackModels: list(
    'LLM_FALLBACK_MODELS',
    'Models of the same provider that are asked in turn when the one before fails.',
  ),
  llmTimeoutMs: whole(
    { min: 1_000, max: 3_600_000, standard: 240_000 },
    'LLM_TIMEOUT_MS',
    'Milliseconds one call to a model may take.',
  ),
  llmIdleTimeoutMs: whole(
    { min: 100, max: 3_600_000, standard: 60_000 },
    'LLM_IDLE_TIMEOUT_MS',
    'Milliseconds a model may send nothing before the call is cut.',
  ),
  llmConcurrency: whole(
    { min: 1, max: 10_000, standard: 16 },
    'LLM_CONCURRENCY',
    'Calls that a worker makes at once with one key.',
  ),
  llmMaxOutputTokens: whole(
    { min: 1, max: 1_000_000, standard: 4_096 },
    'LLM_MAX_OUTPUT_TOKENS',
    'Tokens of an answer at most.',
  ),
  llmContextTokens: whole(
    { min: 1_000, max: 2_000_000, standard: 24_000 },
    'LLM_CONTEXT_TOKENS',
    'Tokens of a prompt at most; longer material is shortened by the rule in docs/models.md.',
  ),
  llmStructuredOutput: variable({
    env: 'LLM_STRUCTURED_OUTPUT',
    about:
      'How an output schema reaches the model: as the parameter for it, or only in the prompt, for servers without that parameter.',
    allowed: 'schema or prompt',
    schema: z.enum(['schema', 'prompt']).default('schema'),
  }),
  llmPricesFile: optionalText('LLM_PRICES_FILE', 'JSON file with prices of models, over the built-in table.'),
  llmFetchHosts: list(
    'LLM_FETCH_HOSTS',
    'Hosts that the tool fetch_url may read (example.com, *.example.com); none when empty.',
  ),
  llmSearchUrl: url('LLM_SEARCH_URL', 'SearXNG-compatible search for the tool search; off when empty.', web),
  offlineLlmLatencyMs: whole(
    { min: 0, max: 600_000, standard: 1_200 },
    'OFFLINE_LLM_LATENCY_MS',
    'Milliseconds that an answer of the offline model takes.',
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
    web,
  ),

  // The command line
  apiUrl: url(
    'SLUICE_URL',
    'API that the `sluice` command talks to; else the one that runs in SLUICE_HOME.',
    web,
  ),
  apiKey: secret('SLUICE_API_KEY', 'API key that the `sluice` command signs in with.'),
  cliProfile: optionalText('SLUICE_PROFILE', 'Profile that the `sluice` command uses.'),
  configHome: optionalText('XDG_CONFIG_HOME', 'Folder of the profiles of `sluice`; ~/.config when empty.'),
} as const;
