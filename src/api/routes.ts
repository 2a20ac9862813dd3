import { idSchema } from '../contracts/ids.js';
import { jobIdSchema } from '../contracts/runs/job.js';
import { sealAuditLog } from '../db/audit/seal.js';
import { webhookRulesOf } from '../domain/webhooks/url.js';
import type { ApiDeps } from './deps.js';
import { createEventUpgrade, type UpgradeHandler } from './events/event-upgrade.js';
import type { AnyRoute } from './http/route.js';
import { readableSessions } from './sessions/events.js';
import { createApiKeyRoutes } from './users/api-keys.js';
import { createAuditRoutes } from './audit/logs.js';
import { createDeadLetterRoutes } from './runs/dead-letters.js';
import { createDocsRoutes } from './operation/docs.js';
import { createEventRoute } from './runs/events.js';
import { createFileRoutes } from './reports/files.js';
import { createGateInboxRoutes } from './sessions/gate-inbox.js';
import { createGateRoutes } from './sessions/gates.js';
import { createHealthRoutes } from './operation/health.js';
import { createJobRoutes, readableJobs } from './runs/jobs.js';
import { createMetricsRoutes } from './operation/metrics.js';
import { createNotificationRoutes } from './notifications/routes.js';
import { createReportScheduleCommandRoutes } from './reports/schedule-commands.js';
import { createReportScheduleRoutes } from './reports/schedules.js';
import { createReportRoutes } from './reports/reports.js';
import { createSessionCommandRoutes } from './sessions/commands.js';
import { createSessionReadRoutes } from './sessions/reads.js';
import { createSessionRoutes, operationId } from './sessions/sessions.js';
import { createSqlRoutes } from './sql/routes.js';
import { createTemplateRoutes } from './templates/templates.js';
import { createUserRoutes } from './users/users.js';
import { createWebSessionRoutes } from './users/web-session.js';
import { createWebhookDeliveryRoutes } from './webhooks/deliveries.js';
import { createWebhookRoutes } from './webhooks/webhooks.js';

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
    ...createSqlRoutes({ ...deps, resultInlineMaxBytes: config.resultInlineMaxBytes }),
    ...createApiKeyRoutes(deps),
    ...createWebhookRoutes({ ...deps, webhookRules: webhookRulesOf(config) }),
    ...createWebhookDeliveryRoutes(deps),
    ...createNotificationRoutes({
      ...deps,
      links: deps.preferenceLinks,
      officeConcurrency: config.officeConcurrency,
    }),
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
