import type { SqlQuestion } from '../../src/contracts/sql/question.js';
import type { AnswerOf, InputOf, ItemOf, ListId, OperationId } from '../../src/client/operations.js';

/** The types of the API, taken from its contracts. No other file of the console knows where the contracts are. */
export type { InboxGate } from '../../src/contracts/sessions/gate-inbox.js';
export type { SessionProgressView, DecideBody } from '../../src/contracts/sessions/session.js';
export type {
  GateRecord,
  PhaseView,
  SessionDetail,
  SessionSummary,
} from '../../src/contracts/sessions/views.js';
export type { Comparison, StepDetail, StepTry, StepView } from '../../src/contracts/sessions/ledger.js';
export type { Page } from '../../src/contracts/page.js';
export type { TemplateSummary } from '../../src/contracts/templates/views.js';
export type { FailureGroup, RetriedFailures } from '../../src/contracts/runs/failure.js';
export type { HistorySeries, HistoryWindow } from '../../src/contracts/operation/history.js';
export type { QueueView } from '../../src/contracts/operation/operations.js';
export type { SavedView } from '../../src/contracts/users/saved-view.js';
export type { InboxChanged, ListedJob } from '../../src/contracts/runs/change.js';
export type { Job } from '../../src/contracts/runs/job.js';
export type { ReportSchedule, Firing } from '../../src/contracts/reports/schedule.js';
export type { DeadLetterView } from '../../src/contracts/runs/dead-letter.js';
export type { AuditLog } from '../../src/contracts/audit/log.js';
export type { ApiKey, User } from '../../src/contracts/users/user.js';
export type { Attempt, Delivery, Webhook } from '../../src/contracts/webhooks/webhook.js';
export type { SessionMetrics } from '../../src/contracts/sessions/metrics.js';
export type { CaughtMail, CaughtMailHead } from '../../src/contracts/notifications/caught-mail.js';
export type { Deadline } from '../../src/contracts/notifications/deadline.js';
export type { DeadlineRunOffice, DeadlineRunResult } from '../../src/contracts/notifications/deadline-run.js';
export type {
  Delivery as NoticeDelivery,
  DeliveryWithContent,
} from '../../src/contracts/notifications/delivery.js';
export type { Explanation } from '../../src/contracts/notifications/explain.js';
export type { LineError } from '../../src/contracts/notifications/import-report.js';
export type { Office } from '../../src/contracts/notifications/office.js';
export type { Preferences } from '../../src/contracts/notifications/preferences.js';
export type { NotificationSchedule } from '../../src/contracts/notifications/schedule.js';
export type { NotificationSettings } from '../../src/contracts/notifications/settings.js';
export type { Staff } from '../../src/contracts/notifications/staff.js';
export type { SavedQuery } from '../../src/contracts/sql/saved-query.js';
export type { SqlSession } from '../../src/contracts/sql/log.js';
export type { SqlStatus } from '../../src/contracts/sql/session.js';

export type { AnswerOf, InputOf, ItemOf, ListId, OperationId, SqlQuestion };

export type QueryOf<Id extends OperationId> = NonNullable<InputOf<Id>['query']>;

type BodyOf<Input extends { readonly body?: unknown }> = NonNullable<Input['body']>;

export type Me = AnswerOf<'me'>;
export type Readiness = AnswerOf<'readiness'>;
export type Reservation = AnswerOf<'reserveGate'>;
export type BulkPreview = Extract<AnswerOf<'bulkApproveGates'>, { readonly gates: unknown }>;
export type BulkResult = Extract<AnswerOf<'bulkApproveGates'>, { readonly results: unknown }>;
export type NewSession = BodyOf<InputOf<'createSession'>>;
export type Rerun = Omit<BodyOf<InputOf<'forkSession'>>, 'dryRun'>;
export type Forked = Exclude<AnswerOf<'forkSession'>, { readonly rerunSteps: unknown }>;
export type RerunPreview = Extract<AnswerOf<'forkSession'>, { readonly rerunSteps: unknown }>;
export type ReportRequest = BodyOf<InputOf<'generateReport'>>;
export type ReportQuery = Extract<ReportRequest, { readonly type: 'sql' }>['queries'][number];
export type SqlRequest = BodyOf<InputOf<'executeSqlAsync'>>;
export type AcceptedSql = AnswerOf<'executeSqlAsync'>;
export type StartedSql = AnswerOf<'confirmSql'>;
export type SqlEstimate = SqlQuestion['estimate'];
export type SqlResults = AnswerOf<'getSqlResults'>;
export type SqlTable = AnswerOf<'getSqlSchema'>['tables'][number];
