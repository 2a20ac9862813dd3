import type { ProblemCode } from '../../contracts/problem-code.js';
import { Problem } from '../http/problems.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import type { Viewer } from '../../db/runs/runs.js';
import { readSessionProgress, toProgressView } from '../../db/sessions/reads-progress.js';
import type { StepHistory } from '../../operations/sessions/step-history.js';
import type { Db } from '../../db/base/sql.js';
import { hasTakenCommand, type OwnedSession } from '../../db/sessions/sessions.js';
import type { SessionCommand } from '../../domain/sessions/commands.js';
import {
  sendSessionCommand,
  tookSessionCommand,
  type SessionClientDeps,
  type SessionRecord,
} from './client.js';

export interface SessionCommandClient extends SessionClientDeps {
  readonly history: StepHistory;
}

export interface AskedCommand {
  readonly session: OwnedSession;
  readonly command: SessionCommand;
  readonly commandId: string;
  readonly viewer: Viewer;
}

/**
 * Sends the command to the workflow and answers with the usual progress: the database has the change before the
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
    return answerTaken(client, db, asked, { code: 'already_finished' });
  try {
    const record = recordOf(session);
    if (!session.finished)
      await sendSessionCommand(client, { sessionId: session.id, command, commandId, record });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 409) return answerTaken(client, db, asked, { code: error.code, cause: error });
    if (!(await hasTakenCommand(db, session.id, commandId))) throw error;
  }
  return currentProgress(client, db, viewer, session.id);
}

/**
 * A refused command that the row holds as taken: its workflow task was lost after the projection, so it came to the
 * workflow twice. Its goal is reached.
 */
async function answerTaken(
  client: SessionCommandClient,
  db: Db,
  { session, commandId, viewer }: AskedCommand,
  { code, cause }: { readonly code: ProblemCode; readonly cause?: Problem },
): Promise<SessionProgressView | null> {
  const current = await currentProgress(client, db, viewer, session.id);
  if (await hasTakenCommand(db, session.id, commandId)) return current;
  const options = cause?.options ?? {};
  throw new Problem(code, { ...options, extra: { ...options.extra, current }, cause });
}

function recordOf({ status, errorCode }: OwnedSession): SessionRecord {
  if (errorCode === 'workflow_lost') return 'lost';
  return status === 'queued' ? 'queued' : 'begun';
}

export async function finishedProblem(
  client: Pick<SessionCommandClient, 'history'>,
  db: Db,
  viewer: Viewer,
  id: string,
): Promise<Problem> {
  const current = await currentProgress(client, db, viewer, id);
  return new Problem('already_finished', { extra: { current } });
}

export async function currentProgress(
  { history }: Pick<SessionCommandClient, 'history'>,
  db: Db,
  viewer: Viewer,
  id: string,
): Promise<SessionProgressView | null> {
  const row = await readSessionProgress(db, viewer, id);
  return row === undefined ? null : toProgressView(row, await history.estimate(db, row));
}
