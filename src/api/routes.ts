import { idSchema } from '../contracts/ids.js';
import { jobIdSchema } from '../contracts/job.js';
import { sealAuditLog } from '../db/audit-seal.js';
import { webhookRulesOf } from '../domain/webhook-url.js';
import type { ApiDeps } from './deps.js';
import { createEventUpgrade, type UpgradeHandler } from './events/event-upgrade.js';
import type { AnyRoute } from './route.js';
import { readableSessions } from './session-events.js';
import { createApiKeyRoutes } from './routes/api-keys.js';
import { createAuditRoutes } from './routes/audit-logs.js';
import { createDeadLetterRoutes } from './routes/dead-letters.js';
import { createDocsRoutes } from './routes/docs.js';
import { createEventRoute } from './routes/events.js';
import { createFileRoutes } from './routes/files.js';
import { createGateInboxRoutes } from './routes/gate-inbox.js';
import { createGateRoutes } from './routes/gates.js';
import { createHealthRoutes } from './routes/health.js';
import { createJobRoutes, readableJobs } from './routes/jobs.js';
import { createMetricsRoutes } from './routes/metrics.js';
import { createReportScheduleCommandRoutes } from './routes/report-schedule-commands.js';
import { createReportScheduleRoutes } from './routes/report-schedules.js';
import { createReportRoutes } from './routes/reports.js';
import { createSessionCommandRoutes } from './routes/session-commands.js';
import { createSessionReadRoutes } from './routes/session-reads.js';
import { createSessionRoutes, operationId } from './routes/sessions.js';
import { createTemplateRoutes } from './routes/templates.js';
import { createUserRoutes } from './routes/users.js';
import { createWebSessionRoutes } from './routes/web-session.js';
import { createWebhookDeliveryRoutes } from './routes/webhook-deliveries.js';
import { createWebhookRoutes } from './routes/webhooks.js';

/** Today's clients and the original ones. */
const sessionBases = ['/api/v1/cot-sessions', '/api/viral/cot-session'];

/** Every route of the API, in the order in which they are tried: a fixed path before a pattern that would take it. */
export function createRoutes(deps: ApiDeps): AnyRoute[] {
  const { config, ui } = deps;
  const routes: AnyRoute[] = [
    ...createHealthRoutes(deps),
    ...createMetricsRoutes({ ...deps, metricsToken: config.metricsToken }),
    ...createDocsRoutes(() => routes),
    ...createWebSessionRoutes({ ...deps, publicUrl: config.publicUrl }),
    ...createReportRoutes(deps),
    ...createReportScheduleRoutes(deps),
    ...createReportScheduleCommandRoutes(deps),
    ...createJobRoutes({ ...deps, resultInlineMaxBytes: config.resultInlineMaxBytes }),
    jobEventRoute(deps),
    ...createFileRoutes(deps),
    ...createDeadLetterRoutes(deps),
    ...sessionBases.flatMap((base) => [
      ...createSessionRoutes({ ...deps, defaults: config, links: ui }, base),
      ...createSessionCommandRoutes(deps, base),
      ...createSessionReadRoutes({ ...deps, links: ui }, base),
      sessionEventRoute(deps, base),
    ]),
    ...createGateInboxRoutes({ ...deps, links: ui }),
    ...createGateRoutes(deps),
    ...createTemplateRoutes(deps),
    ...createUserRoutes(deps),
    ...createApiKeyRoutes(deps),
    ...createWebhookRoutes({ ...deps, webhookRules: webhookRulesOf(config) }),
    ...createWebhookDeliveryRoutes(deps),
    ...createAuditRoutes({ ...deps, ...auditOf(deps) }),
  ];
  return routes;
}

/** The same events over WebSocket. */
export function createUpgrade(deps: ApiDeps): UpgradeHandler {
  return createEventUpgrade({
    ...readingOf(deps),
    logger: deps.logger,
    allowedOrigins: deps.config.corsOrigins,
    sources: [
      { path: /^\/jobs\/([^/]+)\/events$/, runs: readableJobs(deps.ui) },
      ...sessionBases.map((base) => ({
        path: new RegExp(`^${base}/([^/]+)/events$`),
        runs: readableSessions(deps.modelText),
      })),
    ],
  });
}

function jobEventRoute(deps: ApiDeps): AnyRoute {
  const spec = {
    path: '/jobs/:id/events',
    operationId: 'jobEvents',
    tag: 'Jobs',
    id: jobIdSchema,
    runs: readableJobs(deps.ui),
  };
  return createEventRoute(spec, readingOf(deps));
}

function sessionEventRoute(deps: ApiDeps, base: string): AnyRoute {
  const spec = {
    path: `${base}/:id/events`,
    operationId: operationId('sessionEvents', base),
    tag: 'sessions',
    id: idSchema('session'),
    runs: readableSessions(deps.modelText),
  };
  return createEventRoute(spec, readingOf(deps));
}

function readingOf({ pool, streams, authenticator }: ApiDeps) {
  return { db: pool, streams, authenticate: authenticator.authenticate };
}

function auditOf({ pool, auditKeys: { signer, trusted } }: ApiDeps) {
  const sealNow = async (): Promise<void> => void (await sealAuditLog(pool, { signer, whenBusy: 'wait' }));
  return { sealer: { sealNow }, trustedKeys: trusted };
}
