import { z } from 'zod';
import type { AnswerOf } from '../../../client/operations.js';
import { kindOfId, shownIds } from '../../../contracts/run-kinds.js';
import { explainJob, explainSession, explainSql } from '../explain-run.js';
import { clipped, tool, ToolError, type ToolCall } from '../tool.js';
import { readSql } from './sql.js';

const id = z.string().describe(`Of any run: ${shownIds()}.`);

const list = tool({
  name: 'list_runs',
  title: 'List runs',
  description: 'Sessions, or jobs (reports, SQL statements, exports, notification runs), the newest first.',
  input: z.strictObject({
    what: z.enum(['sessions', 'jobs']),
    status: z
      .string()
      .optional()
      .describe(
        'Like running, waiting_approval, needs_attention, completed; of jobs running, success or failed.',
      ),
    text: z.string().optional().describe('Part of the topic of a session.'),
    kind: z.string().optional().describe('Of jobs: report, sql, audit-export or deadline-run.'),
    limit: z.int().min(1).max(50).default(20),
    cursor: z.string().optional().describe('nextCursor of the page before.'),
  }),
  run: async ({ what, text, kind, limit, ...query }, { client, signal }) => {
    const page = { ...query, limit: String(limit) };
    // The API says which statuses and kinds there are.
    const input = { query: { ...page, ...(what === 'jobs' ? { kind } : { q: text }) }, signal } as object;
    if (what === 'jobs') {
      const { items, nextCursor } = await client.call('listJobs', input);
      return { items: items.map(shortJob), nextCursor };
    }
    const { items, nextCursor } = await client.call('listSessions', input);
    return { items: items.map(shortSession), nextCursor };
  },
});

const read = tool({
  name: 'read_run',
  title: 'Read a run',
  description:
    'A run as it stands: of a session its phases with their outputs, of a report its text, of a statement its first rows.',
  input: z.strictObject({ id }),
  run: async ({ id: runId }, call) =>
    forKind(runId, {
      session: () => readSession(runId, call),
      sql: () => readSql(runId, call),
      job: () => readJob(runId, call),
    }),
});

const explain = tool({
  name: 'explain_run',
  title: 'Explain a run',
  description: 'Why a run stands where it stands, what it waits for, and what a person can do about it.',
  input: z.strictObject({ id }),
  run: async ({ id: runId }, { client, signal }) => {
    const input = { params: { id: runId }, signal };
    return forKind(runId, {
      session: async () => explainSession(await client.call('getSession', input)),
      sql: async () => explainSql(await client.call('getSqlStatus', input)),
      job: async () => explainJob(await client.call('getJob', input)),
    });
  },
});

interface Readers {
  session(): Promise<unknown>;
  sql(): Promise<unknown>;
  job(): Promise<unknown>;
}

async function forKind(runId: string, readers: Readers): Promise<unknown> {
  const kind = kindOfId(runId);
  if (kind === undefined) throw new ToolError(`"${runId}" is not the id of a run (${shownIds()}).`);
  if (kind.events === 'session') return readers.session();
  return kind.idPrefix === 'sql' ? readers.sql() : readers.job();
}

async function readSession(runId: string, { client, signal }: ToolCall): Promise<unknown> {
  const session = await client.call('getSession', { params: { id: runId }, signal });
  const phases = session.phases.map(({ number, title, status, output, outputEdited, gap, notes }) => ({
    number,
    title,
    status,
    output: output === null ? null : clipped(output),
    outputEdited,
    gap,
    notes,
  }));
  const { topic, status, template, progress, usage, error, gate } = session;
  return { id: runId, topic, status, template, progress, phases, gateId: gate?.id ?? null, usage, error };
}

async function readJob(runId: string, { client, signal }: ToolCall): Promise<unknown> {
  const job = await client.call('getJob', { params: { id: runId }, signal });
  const { kind, title, status, state, progress, sections, error, errorCode, result } = job;
  const facts = { id: runId, kind, title, status, state, progress, sections, error, errorCode, result };
  if (result === undefined || !/^text\/|json|ndjson/.test(result.contentType)) return facts;
  const answer = await client.send('getJobResult', { params: { id: runId }, signal });
  return { ...facts, text: clipped(await answer.text()) };
}

type Session = AnswerOf<'listSessions'>['items'][number];
type Job = AnswerOf<'listJobs'>['items'][number];

function shortSession({
  id: runId,
  topic,
  status,
  phaseTitle,
  percent,
  gateId,
  reason,
  createdAt,
}: Session): object {
  return { id: runId, topic, status, phaseTitle, percent, gateId, reason, createdAt };
}

function shortJob({ jobId, kind, title, status, state, progress, error, createdAt }: Job): object {
  return { id: jobId, kind, title, status, state, percent: progress.percent, error, createdAt };
}

export const runTools = [list, read, explain];
