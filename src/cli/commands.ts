import type { CommandSpec } from './command.js';
import { completionCommand } from './completion.js';
import { auditCommands } from './nouns/audit.js';
import { deadLetterCommands } from './nouns/dead-letter.js';
import { failureCommands } from './nouns/failure.js';
import { gateCommands } from './nouns/gate.js';
import { mcpCommands } from './nouns/mcp.js';
import { notifyCommands } from './nouns/notify.js';
import { reportCommands } from './nouns/report.js';
import { runCommands } from './nouns/run.js';
import { scheduleCommands } from './nouns/schedule.js';
import { sessionCommands } from './nouns/session.js';
import { setupCommands } from './nouns/setup.js';
import { sqlCommands } from './nouns/sql.js';
import { templateCommands } from './nouns/template.js';
import { temporalCommands } from './nouns/temporal.js';
import { userCommands } from './nouns/user.js';
import { webhookCommands } from './nouns/webhook.js';
import { optionsOf } from './options.js';

const ownCommands: readonly CommandSpec[] = [
  ...setupCommands,
  ...sessionCommands,
  ...gateCommands,
  ...templateCommands,
  ...reportCommands,
  ...scheduleCommands,
  ...sqlCommands,
  ...notifyCommands,
  ...runCommands,
  ...failureCommands,
  ...deadLetterCommands,
  ...webhookCommands,
  ...userCommands,
  ...auditCommands,
  ...temporalCommands,
  ...mcpCommands,
];

/** Every command. The program, its help and its completion are made of this table. */
export const commands: readonly CommandSpec[] = [...ownCommands, completionCommand(ownCommands, optionsOf)];

/** Of the words that stand before a verb. */
export const nouns: Readonly<Record<string, string>> = {
  session: 'chains of thought with people at their gates',
  gate: 'decisions that wait for a person',
  template: 'what sessions are made of',
  report: 'reports and their schedules',
  'report schedule': 'reports by cron and time zone',
  sql: 'statements over data sources',
  notify: 'notifications of deadlines',
  failure: 'what failed, grouped by what went wrong',
  'dead-letter': 'what used up its retries',
  webhook: 'deliveries to other systems',
  user: 'people and their API keys',
  'user key': 'API keys of a user',
  audit: 'who did what',
  temporal: 'the Temporal server underneath',
};
