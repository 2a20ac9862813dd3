import { Refusal } from '../../contracts/refusal.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { Viewer } from '../../db/runs/runs.js';
import { readSessionProgress, toProgressView } from '../../db/sessions/reads-progress.js';
import type { StepHistory } from './step-history.js';
import type { Db } from '../../db/base/sql.js';
import { hasTakenCommand, type OwnedSession } from '../../db/sessions/sessions.js';
import type { SessionCommand } from '../../domain/sessions/commands.js';
import {
  sendSessionCommand,
  tookSessionCommand,
  type SessionClientDeps,
  type SessionRecord,
} from './send-command.js';

export interface SessionCommandClient extends SessionClientDeps {
  readonly history: StepHistory;
}

interface ViewedSession {
  readonly viewer: Viewer;
  readonly id: string;
}

export interface AskedCommand {
  readonly session: OwnedSession;
  readonly command: SessionCommand;
  readonly commandId: string;
  readonly viewer: Viewer;
}

/**
 * Sends the command to the workflow and answers with the usual progress. The database has the change before the
 * workflow answers. A refusal carries the state that it is about.
 */
export async function commandSession(
  client: SessionCommandClient,
  db: Db,
  asked: AskedCommand,
): Promise<SessionProgressView | null> {
  const { session, command, commandId, viewer } = asked;
  // The workflow of a finished session is closed, so the row answers for it.
  if (session.finished && !(await tookSessionCommand(client.temporal, session.id, commandId)))
    return answerTaken(client, db, { ...asked, refusal: new Refusal('already_finished') });
  try {
    const seen = { seenVersion: Number(session.progress['version'] ?? 0), record: recordOf(session) };
    if (!session.finished)
      await sendSessionCommand(client, { sessionId: session.id, command, commandId, ...seen });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Nobody answered is no refusal of the session.
    if (error.code !== 'workflow_unavailable') return answerTaken(client, db, { ...asked, refusal: error });
    if (!(await hasTakenCommand(db, session.id, commandId))) throw error;
  }
  return currentProgress(client, db, { viewer, id: session.id });
}

/**
 * The row holds a refused command as taken. Its workflow task was lost after the projection, so it came to the
 * workflow twice. Its goal is reached.
 */
async function answerTaken(
  client: SessionCommandClient,
  db: Db,
  { session, commandId, viewer, refusal }: AskedCommand & { readonly refusal: Refusal },
): Promise<SessionProgressView | null> {
  const current = await currentProgress(client, db, { viewer, id: session.id });
  if (await hasTakenCommand(db, session.id, commandId)) return current;
  const { code, facts } = refusal;
  throw new Refusal(code, { ...facts, facts: { ...facts.facts, current }, cause: refusal });
}

function recordOf({ status, errorCode }: OwnedSession): SessionRecord {
  if (errorCode === 'workflow_lost') return 'lost';
  return status === 'queued' ? 'queued' : 'begun';
}

export async function finishedRefusal(
  client: Pick<SessionCommandClient, 'history'>,
  db: Db,
  { viewer, id }: ViewedSession,
): Promise<Refusal> {
  const current = await currentProgress(client, db, { viewer, id });
  return new Refusal('already_finished', { facts: { current } });
}

export async function currentProgress(
  { history }: Pick<SessionCommandClient, 'history'>,
  db: Db,
  { viewer, id }: ViewedSession,
): Promise<SessionProgressView | null> {
  const row = await readSessionProgress(db, viewer, id);
  return row === undefined ? null : toProgressView(row, await history.estimate(db, row));
}
