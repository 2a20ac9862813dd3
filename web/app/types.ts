/** What the API speaks of, as its contracts say. The one place that knows where the contracts are. */
export type { InboxGate } from '../../src/contracts/sessions/gate-inbox.js';
export type { SessionProgressView, DecideBody } from '../../src/contracts/sessions/session.js';
export type {
  GateRecord,
  PhaseView,
  SessionDetail,
  SessionSummary,
} from '../../src/contracts/sessions/views.js';
export type {
  Comparison,
  StepDetail,
  StepTry,
  StepView,
  Usage,
} from '../../src/contracts/sessions/ledger.js';
export type { Page } from '../../src/contracts/page.js';
export type { TemplateSummary, TemplateView } from '../../src/contracts/templates/views.js';
export type { Job } from '../../src/contracts/runs/job.js';
export type { ReportSchedule, Firing } from '../../src/contracts/reports/schedule.js';
export type { DeadLetterView } from '../../src/contracts/runs/dead-letter.js';
export type { AuditFacets, AuditLog } from '../../src/contracts/audit/log.js';
export type { ApiKey, User, UserStats } from '../../src/contracts/users/user.js';
export type { Attempt, Delivery, Webhook } from '../../src/contracts/webhooks/webhook.js';
export type { SessionMetrics } from '../../src/contracts/sessions/metrics.js';
export type { SqlStatus } from '../../src/contracts/sql/session.js';
