import { auditRoutes } from './audit/routes.js';
import { notificationRecordRoutes } from './notifications/routes.js';
import { messageRoutes } from './notifications/message-routes.js';
import { notificationRoutes } from './notifications/run-routes.js';
import { gateRoutes } from './sessions/gate-routes.js';
import { readingRoutes } from './sessions/reading-routes.js';
import { savedViewRoutes } from './users/saved-view-routes.js';
import { sqlHistoryRoutes } from './sql/history-routes.js';
import { sqlQuestionRoutes } from './sql/question.js';
import { sqlRoutes } from './sql/routes.js';
import { codecRoutes } from './operation/codec.js';
import { operationRoutes } from './operation/routes.js';
import { reportRoutes } from './reports/routes.js';
import type { RouteRecord } from './route.js';
import { failureRoutes } from './runs/failure-routes.js';
import { runRoutes } from './runs/routes.js';
import { sessionCommandRoutes } from './sessions/command-routes.js';
import { sessionRoutes } from './sessions/routes.js';
import { templateRoutes } from './templates/routes.js';
import { usersRoutes } from './users/routes.js';
import { webhookRoutes } from './webhooks/routes.js';

/** Every route of the API by its operation id. */
export const routeRecords = {
  ...operationRoutes,
  ...codecRoutes,
  ...usersRoutes,
  ...reportRoutes,
  ...runRoutes,
  ...failureRoutes,
  ...sessionRoutes,
  ...sessionCommandRoutes,
  ...templateRoutes,
  ...webhookRoutes,
  ...auditRoutes,
  ...notificationRecordRoutes,
  ...notificationRoutes,
  ...messageRoutes,
  ...sqlRoutes,
  ...sqlHistoryRoutes,
  ...sqlQuestionRoutes,
  ...gateRoutes,
  ...readingRoutes,
  ...savedViewRoutes,
} as const satisfies Record<string, RouteRecord>;
