import type { IncomingMessage } from 'node:http';
import type { PublishedEvent } from '../../contracts/event-data.js';
import { Problem } from '../http/problems.js';
import { expectedProblemOf } from '../http/problem-document.js';
import type { Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { startOfReading, type EventSpan, type EventStart } from '../../domain/runs/event-start.js';
import type { EventChannel } from './event-channel.js';
import { EventMessage } from './event-message.js';
import type { EventStreams } from './event-streams.js';
import type { StreamStart } from './event-stream.js';
import type { EventSubject, ReadableRuns } from './event-subject.js';

/** The caller, by its Authorization header or cookie. Throws `unauthenticated`, or gives nobody. */
type AuthenticateRequest = (request: IncomingMessage) => Promise<Principal | undefined>;

export interface EventReadingDeps {
  readonly db: Db;
  readonly streams: EventStreams;
  readonly authenticate: AuthenticateRequest;
}

/** The common beginning of SSE and WebSocket: the record, the position, the right to read. */
export interface ReadingRequest {
  readonly principal: Principal;
  readonly subject: EventSubject;
  readonly start: EventStart;
}

/** `after` is from the query; a Last-Event-ID is newer than it, because a browser repeats the first URL. */
export async function prepareReading(
  deps: EventReadingDeps,
  runs: ReadableRuns,
  asked: { principal: Principal; id: string; after: number | undefined; request: IncomingMessage },
): Promise<ReadingRequest> {
  const subject = await runs.find(deps.db, asked.principal, asked.id);
  if (subject === undefined) throw new Problem('not_found');
  const given = lastPosition(asked.request) ?? asked.after;
  return { principal: asked.principal, subject, start: startOfReading(subject, given) };
}

interface OpenedReading extends ReadingRequest {
  readonly request: IncomingMessage;
  readonly channel: EventChannel;
}

export function openEventStream(deps: EventReadingDeps, runs: ReadableRuns, reading: OpenedReading): void {
  const { request, channel } = reading;
  const { runId } = reading.subject;
  deps.streams.open({
    runId,
    userId: reading.principal.userId,
    goodUntilMs: reading.principal.goodUntilMs,
    channel,
    start: streamStart(reading),
    live: runs.live,
    mayContinue: () =>
      mayContinue(
        deps,
        request,
        async (principal) => (await runs.find(deps.db, principal, runId)) !== undefined,
      ),
  });
}

function streamStart({ subject, start }: ReadingRequest): StreamStart {
  const until = untilOf(subject);
  if (start.kind === 'nothing') return { after: subject.lastPos, ...until };
  if (start.kind === 'resume') return { after: start.after, ...until };
  const first = new EventMessage(snapshotOf(subject, start.after));
  return { after: start.after, first, ...until };
}

function untilOf(span: EventSpan): { until?: number } {
  return span.finished ? { until: span.lastPos } : {};
}

function snapshotOf(subject: EventSubject, pos: number): PublishedEvent<'snapshot'> {
  const ours = { pos, at: subject.updatedAt, type: 'snapshot' } as const;
  return { ...ours, ...subject.state, ...ours };
}

/** Whether the request would be let in now, by somebody of whom `mayRead` holds. */
export async function mayContinue(
  deps: Pick<EventReadingDeps, 'authenticate'>,
  request: IncomingMessage,
  mayRead: (principal: Principal) => boolean | Promise<boolean>,
): Promise<boolean> {
  try {
    const principal = await deps.authenticate(request);
    return principal !== undefined && (await mayRead(principal));
  } catch (error) {
    const problem = expectedProblemOf(error);
    if (problem !== undefined && problem.status < 500) return false;
    throw error;
  }
}

/** As it came; undefined when there is none. */
export function lastEventIdOf(request: IncomingMessage): string | undefined {
  const given = request.headers['last-event-id'];
  return given === '' || Array.isArray(given) ? undefined : given;
}

function lastPosition(request: IncomingMessage): number | undefined {
  const given = lastEventIdOf(request);
  if (given === undefined) return undefined;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new Problem('validation_error', {
    errors: [{ path: 'Last-Event-ID', message: 'must be the id of an event, a whole number' }],
  });
}
