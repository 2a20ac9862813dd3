import { needsPerson } from '../../src/domain/runs/status.js';
import { useQuery } from '@tanstack/preact-query';
import { onChanges, type Change } from '../live/changes';
import { call } from '../app/client';
import { me } from '../app/me';
import { pollMs, queries } from '../app/queries';
import type { InboxGate, SessionSummary } from '../app/types';

/** A gate or a session that waits for a person. */
export interface InboxItem {
  readonly id: string;
  readonly kind: 'gate' | 'trigger' | 'attention';
  readonly sessionId: string;
  readonly title: string;
  readonly note: string;
  readonly since: string;
  readonly deadlineAt: string | null;
  readonly reservedBy: string | null;
  readonly gate: InboxGate | null;
}

export const INBOX_KEY = ['inbox'] as const;

/** Everything that waits, over all kinds: what is due first comes first, then what waits longest. */
export function useInbox() {
  return useQuery({
    queryKey: INBOX_KEY,
    queryFn: ({ signal }) => readInbox(signal),
    refetchInterval: () => Math.min(pollMs(), RESERVATION_MS),
  });
}

/** A reservation of a gate is no event of its run, so it is polled. */
const RESERVATION_MS = 15_000;

onChanges({ lists: ['inbox'], onChange: (change) => void followInbox(change) });

/** The item that a change opens: a gate, a session that waits without a gate, or nothing. */
async function followInbox(change: Change): Promise<void> {
  const { runId, session, kind } = change;
  if (session === undefined) {
    // Of a job only its gates wait, and only they say so.
    if (change.type === 'gate.decided') setWaiting(runId, undefined);
    else if (change.type === 'gate.opened' && kind !== 'cot-session') await addGate(runId, change.gateId);
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
    const others = before.filter(({ sessionId }) => sessionId !== runId);
    if (item === undefined) return others.length === before.length ? before : others;
    return [...others, item].sort(byUrgency);
  });
}

async function readInbox(signal: AbortSignal): Promise<readonly InboxItem[]> {
  const [gates, waiting] = await Promise.all([
    call('listGates', { query: { status: 'waiting', limit: 100 }, signal }),
    call('listSessions', { query: { status: 'waiting_approval,needs_attention', limit: 100 }, signal }),
  ]);
  const others = waiting.items.filter(({ gateId }) => gateId === null);
  return [...gates.items.map(ofGate), ...others.map(ofSession)].sort(byUrgency);
}

function ofGate(gate: InboxGate): InboxItem {
  const { reservedBy } = gate;
  return {
    id: gate.id,
    kind: 'gate',
    sessionId: gate.sessionId,
    title: gate.topic,
    note: `${gate.phase}. ${gate.phaseTitle}`,
    since: gate.openedAt,
    deadlineAt: gate.paused ? null : gate.deadlineAt,
    reservedBy: reservedBy === null || reservedBy.id === me.value?.id ? null : reservedBy.name,
    gate,
  };
}

function ofSession(session: SessionSummary): InboxItem {
  return {
    id: session.id,
    kind: session.status === 'needs_attention' ? 'attention' : 'trigger',
    sessionId: session.id,
    title: session.topic,
    note: session.reason ?? `${session.currentPhase}. ${session.phaseTitle}`,
    since: session.updatedAt,
    deadlineAt: null,
    reservedBy: null,
    gate: null,
  };
}

function byUrgency(one: InboxItem, other: InboxItem): number {
  if (one.deadlineAt !== other.deadlineAt) {
    return (one.deadlineAt ?? '9') < (other.deadlineAt ?? '9') ? -1 : 1;
  }
  return one.since < other.since ? -1 : 1;
}
