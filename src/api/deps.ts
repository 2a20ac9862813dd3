import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { createAuditKeys, type AuditKeys } from '../crypto/audit-chain.js';
import { createDeciderSignatures, type DeciderSignatures } from '../crypto/decider-signatures.js';
import { createPreferenceLinks, type PreferenceLinks } from '../crypto/preference-links.js';
import { vapidKeysOf } from '../crypto/vapid-keys.js';
import { createFileLinks, type FileLinks } from '../crypto/file-links.js';
import { stepDeltasChannel } from '../contracts/sessions/delta.js';
import { cacheDroppedChannel } from '../contracts/names.js';
import type { SigningSecrets } from '../crypto/signing-secrets.js';
import { createWebhookSecrets, type WebhookSecrets } from '../crypto/webhook-secret.js';
import { startAuditSealer, type AuditSealer } from '../operations/audit/sealer.js';
import type { Cache } from '../platform/cache/cache.js';
import type { Config } from '../platform/config.js';
import type { TokenVerifier } from '../platform/jwt.js';
import type { DeltaFeed } from '../models/deltas/feed.js';
import type { Logger } from '../platform/logger.js';
import type { ApiMetrics } from '../platform/metrics/api-metrics.js';
import type { ObjectStore } from '../platform/objects/object-store.js';
import type { Redis } from '../platform/cache/redis.js';
import type { SealingCodec } from '../platform/temporal/payload-codec.js';
import type { RunControl } from '../platform/temporal/run-control.js';
import type { ScheduleControl } from '../platform/temporal/schedule-control.js';
import type { Tracing } from '../platform/tracing/tracing.js';
import type { SqlPlatform } from '../platform/sql/open.js';
import type { Announcements } from '../platform/announcements.js';
import { createAnswerSealer } from './http/answer-sealer.js';
import { createAuthenticator, type Authenticator } from './http/auth/authenticator.js';
import { ChangeFeed } from './events/change-feed.js';
import { EventHub } from './events/event-hub.js';
import { InboxNews } from './events/inbox-news.js';
import { EventStreams } from './events/event-streams.js';
import { createIdempotency, type Idempotency } from './http/idempotency.js';
import type { RequestLimits } from './http/limits/limit-request.js';
import { createPostgresRateLimitStore, createRedisRateLimitStore } from './http/limits/rate-limit-store.js';
import { createRateLimiter } from './http/limits/rate-limiter.js';
import { createPager, type Pager } from './http/pagination.js';
import { listedRuns } from './runs/listed-runs.js';
import { createReadiness, type ReadinessProbe } from './http/readiness.js';
import { createStepHistory, type StepHistory } from '../operations/sessions/step-history.js';
import { createRunStarter, type RunStarter } from '../operations/runs/run-starter.js';
import type { TemporalUi } from './http/temporal-link.js';
import { exposeHouse } from './operation/house-metrics.js';

/** The process's own parts: everything that touches the outside. */
export interface ApiResources extends SqlPlatform {
  readonly config: Config;
  readonly secrets: SigningSecrets;
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  readonly pool: Pool;
  /** Not started yet: each cache adds its listener first. */
  readonly announcements: Announcements;
  readonly cache: Cache;
  readonly objects: ObjectStore;
  readonly temporal: Client;
  /** Undefined: payloads at Temporal are plain. */
  readonly payloadCodec?: SealingCodec | undefined;
  readonly runControl: RunControl;
  readonly schedules: ScheduleControl;
  readonly modelText: DeltaFeed;
  readonly redis?: Redis | undefined;
  readonly tokens?: TokenVerifier | undefined;
  readonly tracing?: Tracing | undefined;
  /** Folder of the built console. */
  readonly consoleFolder: string;
  /** Folder of the pages that assistants read. */
  readonly documentsFolder: string;
}

/** The dependencies of routes and middleware. */
export interface ApiDeps extends ApiResources {
  readonly authenticator: Authenticator;
  readonly limits: RequestLimits;
  readonly idempotency: Idempotency;
  readonly pager: Pager;
  readonly fileLinks: FileLinks;
  readonly starter: RunStarter;
  readonly webhookSecrets: WebhookSecrets;
  readonly hub: EventHub;
  readonly feed: ChangeFeed;
  readonly news: InboxNews;
  readonly streams: EventStreams;
  readonly auditKeys: AuditKeys;
  /** The links in mails. */
  readonly preferenceLinks: PreferenceLinks;
  /** Vouches to workflows for who decided. */
  readonly deciders: DeciderSignatures;
  readonly pushPublicKey: string;
  readonly ui: TemporalUi;
  readonly readiness: ReadinessProbe;
  readonly history: StepHistory;
}

export function createApiDeps(resources: ApiResources): ApiDeps {
  const { config, secrets, pool, logger, announcements, cache, metrics, redis, tokens, modelText } =
    resources;
  announcements.on(cacheDroppedChannel, {
    onMessage: (payload) => cache.announced(payload),
    onListening: () => cache.mayHaveMissed(),
  });
  announcements.on(stepDeltasChannel, {
    onMessage: (payload) => modelText.receive(payload),
    onListening: () => modelText.resume(),
  });
  const ui = { temporalUiUrl: config.temporalUiUrl, temporalNamespace: resources.temporal.options.namespace };
  const reading = { db: pool, announcements, logger, pollIntervalMs: config.workerPollIntervalMs };
  const hub = new EventHub(reading);
  const store = redis === undefined ? createPostgresRateLimitStore(pool) : createRedisRateLimitStore(redis);
  // Before the streams: it forgets who somebody was before they ask it.
  const authenticator = createAuthenticator({
    pool,
    logger,
    announcements,
    ...(tokens === undefined ? {} : { tokens }),
  });
  return {
    ...resources,
    authenticator,
    limits: {
      limiter: createRateLimiter({ store, logger }),
      metrics,
      perUser: config.rateLimitPerMinute,
      perAddress: config.rateLimitAnonymousPerMinute,
    },
    idempotency: createIdempotency(pool, createAnswerSealer(secrets)),
    pager: createPager(secrets),
    fileLinks: createFileLinks(secrets),
    webhookSecrets: createWebhookSecrets(secrets),
    starter: createRunStarter(resources.runControl, logger),
    hub,
    feed: new ChangeFeed({ ...reading, listRuns: listedRuns(pool, ui) }),
    news: new InboxNews(announcements),
    streams: new EventStreams({ db: pool, hub, announcements, logger }),
    readiness: createReadiness(resources),
    auditKeys: createAuditKeys(secrets, config.auditRetiredKeys),
    deciders: createDeciderSignatures(secrets),
    preferenceLinks: createPreferenceLinks(secrets, publicUrlOf(config)),
    pushPublicKey: vapidKeysOf(config.vapidPrivateKey, secrets).publicKey,
    history: createStepHistory(),
    ui,
  };
}

/** Services that run beside the requests, from the start of the process to its end. */
export interface ApiBackground {
  /** Ends the streams, so that the server can close; requests that run go on. */
  stopStreams(): void;
  /** After the last request. */
  stop(): Promise<void>;
}

export function startBackground(deps: ApiDeps): ApiBackground {
  const { announcements, hub, feed, streams, starter, metrics, readiness } = deps;
  announcements.start();
  hub.start();
  feed.start();
  streams.start();
  const sealer = startSealer(deps);
  metrics.onScrape(() => metrics.set('sluice_event_streams', {}, streams.size));
  exposeHouse(deps);
  return {
    stopStreams: () => streams.stop(),
    async stop() {
      hub.stop();
      feed.stop();
      await Promise.all([sealer.stop(), starter.drain(), readiness.drain(), announcements.stop()]);
    },
  };
}

/** Under which people reach this API; where nobody says, this machine. */
function publicUrlOf({ publicUrl, port = 3000 }: Config): string {
  return publicUrl ?? `http://127.0.0.1:${port}`;
}

function startSealer({ pool, auditKeys, logger }: ApiDeps): AuditSealer {
  return startAuditSealer({
    pool,
    signer: auditKeys.signer,
    onError: (error) => logger.warn({ err: error }, 'the audit log could not be sealed; trying again'),
  });
}
