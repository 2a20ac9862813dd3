import { aliasesOf } from '../contracts/route.js';
import { runKinds, type RunKinds } from '../contracts/run-kinds.js';
import { runRoutes } from '../contracts/runs/routes.js';
import { sessionRoutes } from '../contracts/sessions/routes.js';
import { sealAuditLog } from '../db/audit/seal.js';
import { webhookRulesOf } from '../domain/webhooks/url.js';
import type { ApiDeps } from './deps.js';
import { createEventUpgrade, type UpgradeHandler } from './events/event-upgrade.js';
import type { Route } from './http/route.js';
import { readableSessions } from './sessions/events.js';
import { createApiKeyRoutes } from './users/api-keys.js';
import { createAuditRoutes } from './audit/logs.js';
import { createChangeRoute } from './runs/changes.js';
import { createDeadLetterRoutes } from './runs/dead-letters.js';
import { createDocsRoutes } from './operation/docs.js';
import { createDocumentRoutes } from './operation/documents.js';
import { implementEvents } from './runs/events.js';
import { createFailureRoutes } from './runs/failures.js';
import { createFileRoutes } from './reports/files.js';
import { createGateInboxRoutes } from './sessions/gate-inbox.js';
import { createGateRoutes } from './sessions/gates.js';
import { createHealthRoutes } from './operation/health.js';
import { createJobRoutes, readableJobs } from './runs/jobs.js';
import { createCodecRoutes } from './operation/codec.js';
import { createHistoryRoute } from './operation/history.js';
import { createRetentionRoute } from './operation/retention.js';
import { createOperationsRoute } from './operation/operations.js';
import { createMetricsRoutes } from './operation/metrics.js';
import { createNotificationRoutes } from './notifications/routes.js';
import { createReportScheduleCommandRoutes } from './reports/schedule-commands.js';
import { createReportScheduleRoutes } from './reports/schedules.js';
import { createReportRoutes } from './reports/reports.js';
import { createReadingRoutes } from './sessions/reading.js';
import { createSessionCommandRoutes } from './sessions/commands.js';
import { createSessionReadRoutes } from './sessions/reads.js';
import { createSessionRoutes } from './sessions/sessions.js';
import { createSavedViewRoutes } from './users/saved-views.js';
import { createSqlRoutes } from './sql/routes.js';
import { createTemplateRoutes } from './templates/templates.js';
import { createUserRoutes } from './users/users.js';
import { createWebSessionRoutes } from './users/web-session.js';
import { createWebhookDeliveryRoutes } from './webhooks/deliveries.js';
import { createWebhookRoutes } from './webhooks/webhooks.js';

/** Every route of the API, in the order of the attempts: a fixed path before a pattern that fits it. */
export function createRoutes(deps: ApiDeps, kinds: RunKinds = runKinds): Route[] {
  const { config, ui } = deps;
  const reading = readingOf(deps);
  return [
    ...createHealthRoutes(deps),
    createOperationsRoute({ ...deps, sqlPlaces: config.sqlMaxConcurrentSessions }),
    createHistoryRoute(deps),
    createRetentionRoute(deps),
    ...createMetricsRoutes({ ...deps, metricsToken: config.metricsToken }),
    ...createCodecRoutes(deps),
    ...createDocsRoutes(),
    ...createDocumentRoutes(deps),
    ...createWebSessionRoutes({ ...deps, publicUrl: config.publicUrl }),
    ...createReportRoutes(deps),
    ...createReportScheduleRoutes(deps),
    ...createReportScheduleCommandRoutes(deps),
    ...createJobRoutes({ ...deps, kinds, resultInlineMaxBytes: config.resultInlineMaxBytes }),
    createChangeRoute({ ...reading, feed: deps.feed, news: deps.news }),
    ...createFileRoutes(deps),
    ...createDeadLetterRoutes(deps),
    ...createFailureRoutes(deps),
    ...createSessionRoutes({ ...deps, defaults: config, links: ui }),
    ...createSessionCommandRoutes(deps),
    ...createSessionReadRoutes({ ...deps, links: ui }),
    ...eventSources(deps, kinds).map(({ record, runs }) => implementEvents(record, runs, reading)),
    ...createGateInboxRoutes({ ...deps, links: ui }),
    ...createGateRoutes(deps),
    ...createReadingRoutes({ ...deps, links: ui }),
    ...createTemplateRoutes(deps),
    ...createUserRoutes(deps),
    ...createSqlRoutes(deps),
    ...createApiKeyRoutes(deps),
    ...createSavedViewRoutes(deps),
    ...createWebhookRoutes({ ...deps, webhookRules: webhookRulesOf(config) }),
    ...createWebhookDeliveryRoutes(deps),
    ...createNotificationRoutes({
      ...deps,
      links: deps.preferenceLinks,
      officeConcurrency: config.officeConcurrency,
    }),
    ...createAuditRoutes({ ...deps, ...auditOf(deps) }),
  ];
}

/** The same events over WebSocket. */
export function createUpgrade(deps: ApiDeps, kinds: RunKinds = runKinds): UpgradeHandler {
  return createEventUpgrade({
    ...readingOf(deps),
    logger: deps.logger,
    limits: deps.limits,
    proxies: deps.config.proxyIpsCount,
    allowedOrigins: deps.config.corsOrigins,
    sources: eventSources(deps, kinds).flatMap(({ record, runs }) =>
      patternsOf(record.path).map((path) => ({ path, runs })),
    ),
  });
}

/** The event routes of runs, by HTTP and WebSocket: of all kinds with a job's, and of sessions. */
function eventSources(deps: ApiDeps, kinds: RunKinds) {
  return [
    { record: runRoutes.jobEvents, runs: readableJobs(deps.ui, kinds) },
    { record: sessionRoutes.sessionEvents, runs: readableSessions(deps.modelText) },
  ] as const;
}

function patternsOf(path: string): RegExp[] {
  return [path, ...aliasesOf(path)].map((each) => new RegExp(`^${each.replace(':id', '([^/]+)')}$`));
}

function readingOf({ pool, streams, authenticator }: ApiDeps) {
  return { db: pool, streams, authenticate: authenticator.authenticate };
}

function auditOf({ pool, auditKeys: { signer, trusted } }: ApiDeps) {
  const sealNow = async (): Promise<void> => void (await sealAuditLog(pool, { signer, whenBusy: 'wait' }));
  return { sealer: { sealNow }, trustedKeys: trusted };
}
