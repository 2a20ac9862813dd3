import { needsPerson } from '../../src/domain/runs/status.js';
import { signal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { onChanges, type Change } from '../live/changes';
import { call } from '../app/client';
import { bytes, number } from '../app/format';
import { t } from '../app/i18n';
import { me } from '../app/me';
import { pollMs, queries } from '../app/queries';
import type { InboxGate, Page, SessionSummary, SqlQuestion } from '../app/types';
import type { InboxItem } from './inbox-item';
import { readPlans } from './open-plan';

export const INBOX_KEY = ['inbox'] as const;

/** Everything that waits, over all kinds: what is due first comes first, then what waits longest. */
export function useInbox() {
  return useQuery({
    queryKey: INBOX_KEY,
    queryFn: ({ signal }) => readInbox(signal),
    refetchInterval: () => Math.min(pollMs(), RESERVATION_MS) * pagesWanted.value,
  });
}

/** How many items of each kind are read at first, and with each *Load more*. */
export const PAGE = 100;
const pagesWanted = signal(1);
/** False while more waits than was read. */
export const isWhole = signal(true);

export function readMore(): Promise<void> {
  pagesWanted.value += 1;
  return queries.invalidateQueries({ queryKey: INBOX_KEY });
}

const TITLE_LENGTH = 200;

/** A reservation of a gate is no event of its run, so it is polled. */
const RESERVATION_MS = 15_000;

onChanges({
  lists: ['inbox'],
  onChange: (change) => void followInbox(change),
  onNews: () => void followQuestions(),
});

/** The item that a change opens: a gate, a session that waits without a gate, or nothing. */
async function followInbox(change: Change): Promise<void> {
  const { runId, session, kind } = change;
  if (session === undefined) {
    // Of a job only its gates wait, and only they say so.
    if (change.type === 'gate.decided') setWaiting(runId, undefined);
    else if (change.type === 'gate.opened' && kind !== 'cot-session') await addGate(runId, change.gateId);
    else if (kind === 'deadline-run' && change.job !== undefined) await replace('plan', readPlans);
  } else if (session.finishedAt !== null) setWaiting(runId, undefined);
  else if (session.gateId !== null) await addGate(runId, session.gateId);
  else setWaiting(runId, needsPerson(session.status) ? ofSession(session) : undefined);
}

async function addGate(runId: string, gateId: string): Promise<void> {
  const known = queries.getQueryData<readonly InboxItem[]>(INBOX_KEY);
  if (known?.some(({ id }) => id === gateId) === true) return;
  const gate = await call('getGate', { params: { id: gateId } }).catch(() => undefined);
  if (gate !== undefined) setWaiting(runId, gate.status === 'waiting' ? ofGate(gate) : undefined);
}

/** A run waits for one thing at most. */
function setWaiting(runId: string, item: InboxItem | undefined): void {
  queries.setQueryData<readonly InboxItem[]>(INBOX_KEY, (before) => {
    if (before === undefined) return before;
    const others = before.filter((other) => other.runId !== runId);
    if (item === undefined) return others.length === before.length ? before : others;
    return [...others, item].sort(byUrgency);
  });
}

/** They are few: all of them are read again. */
async function followQuestions(): Promise<void> {
  await replace('sql', readQuestions);
}

async function replace(
  replaced: InboxItem['kind'],
  read: () => Promise<readonly InboxItem[]>,
): Promise<void> {
  const items = await read().catch(() => undefined);
  if (items === undefined) return;
  queries.setQueryData<readonly InboxItem[]>(INBOX_KEY, (before) => {
    const others = before?.filter(({ kind }) => kind !== replaced);
    return others === undefined ? before : [...others, ...items].sort(byUrgency);
  });
}

/** It is answered here, before the news of it comes. */
export function leaveInbox(id: string): void {
  setWaiting(id, undefined);
}

async function readQuestions(signal?: AbortSignal): Promise<InboxItem[]> {
  const given = signal === undefined ? {} : { signal };
  const { items } = await call('listSqlConfirmations', { query: { limit: 100 }, ...given });
  return items.map(ofQuestion);
}

async function readInbox(signal: AbortSignal): Promise<readonly InboxItem[]> {
  const status = 'waiting_approval,needs_attention';
  const [gates, waiting, questions, plans] = await Promise.all([
    readPages((cursor) => call('listGates', { query: { status: 'waiting', limit: PAGE, cursor }, signal })),
    readPages((cursor) => call('listSessions', { query: { status, limit: PAGE, cursor }, signal })),
    readQuestions(signal),
    readPlans(signal),
  ]);
  isWhole.value = gates.isWhole && waiting.isWhole;
  const others = waiting.items.filter(({ gateId }) => gateId === null);
  return [...gates.items.map(ofGate), ...others.map(ofSession), ...questions, ...plans].sort(byUrgency);
}

async function readPages<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<{ readonly items: readonly Item[]; readonly isWhole: boolean }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesWanted.value; page += 1) {
    const { items: more, nextCursor } = await read(cursor);
    items.push(...more);
    cursor = nextCursor ?? undefined;
    if (cursor === undefined) break;
  }
  return { items, isWhole: cursor === undefined };
}

function ofGate(gate: InboxGate): InboxItem {
  const { reservedBy } = gate;
  return {
    id: gate.id,
    kind: 'gate',
    runId: gate.sessionId,
    title: gate.topic,
    note: `${gate.phase}. ${gate.phaseTitle}`,
    since: gate.openedAt,
    deadlineAt: gate.paused ? null : gate.deadlineAt,
    reservedBy: reservedBy === null || reservedBy.id === me.value?.id ? null : reservedBy.name,
    gate,
    question: null,
  };
}

function ofSession(session: SessionSummary): InboxItem {
  return {
    id: session.id,
    kind: session.status === 'needs_attention' ? 'attention' : 'trigger',
    runId: session.id,
    title: session.topic,
    note: session.reason ?? `${session.currentPhase}. ${session.phaseTitle}`,
    since: session.updatedAt,
    deadlineAt: null,
    reservedBy: null,
    gate: null,
    question: null,
  };
}

function ofQuestion(question: SqlQuestion): InboxItem {
  const { id, sql, estimate } = question;
  const { rows, bytes: size } = estimate;
  return {
    id,
    kind: 'sql',
    runId: id,
    title: sql.replace(/\s+/g, ' ').trim().slice(0, TITLE_LENGTH),
    note: t().inbox.muchData(rows === null ? '?' : number(rows), size === null ? '?' : bytes(size)),
    since: question.asked_at,
    deadlineAt: question.expires_at,
    reservedBy: null,
    gate: null,
    question,
  };
}

function byUrgency(one: InboxItem, other: InboxItem): number {
  if (one.deadlineAt !== other.deadlineAt) {
    return (one.deadlineAt ?? '9') < (other.deadlineAt ?? '9') ? -1 : 1;
  }
  return one.since < other.since ? -1 : 1;
}
