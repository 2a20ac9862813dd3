import type { Context } from 'koa';
import type { eventRoute } from '../../contracts/runs/event-routes.js';
import { Problem } from '../http/problems.js';
import type { Principal } from '../../contracts/users/principal.js';
import { listEventsAfter } from '../../db/runs/event-reads.js';
import { publishedEvent } from '../events/event-message.js';
import type { ReadableRuns } from '../events/event-subject.js';
import { openEventStream, prepareReading, type EventReadingDeps } from '../events/open-event-stream.js';
import { SseChannel } from '../events/sse-channel.js';
import { implement, type Route } from '../http/route.js';

interface Asked {
  readonly principal: Principal;
  readonly id: string;
  readonly after: number | undefined;
  readonly limit: number;
  readonly runs: ReadableRuns;
}

type EventRecord = ReturnType<typeof eventRoute>;

/** Answers a record of events for the runs that `runs` finds. */
export function implementEvents(record: EventRecord, runs: ReadableRuns, deps: EventReadingDeps): Route {
  return implement(record, async ({ params, query, principal }, ctx) => {
    if (principal === undefined) throw new Problem('unauthenticated');
    const asked = { runs, principal, id: params.id, after: query.after, limit: query.limit };
    const wanted = ctx.accepts('text/event-stream', 'application/json');
    if (wanted === 'application/json') await answerPage(deps, asked, ctx);
    else if (wanted === 'text/event-stream') await answerStream(deps, asked, ctx);
    else throw new Problem('not_acceptable');
  });
}

async function answerPage(deps: EventReadingDeps, { runs, ...asked }: Asked, ctx: Context): Promise<void> {
  const subject = await runs.find(deps.db, asked.principal, asked.id);
  if (subject === undefined) throw new Problem('not_found');
  const after = asked.after ?? 0;
  const events = await listEventsAfter(deps.db, subject.runId, { after, limit: asked.limit + 1 });
  const items = events.slice(0, asked.limit);
  ctx.vary('Accept');
  ctx.body = {
    items: items.map(publishedEvent),
    hasMore: events.length > asked.limit,
    nextAfter: items.at(-1)?.pos ?? after,
    lastPos: subject.lastPos,
    finished: subject.finished,
  };
}

async function answerStream(deps: EventReadingDeps, { runs, ...asked }: Asked, ctx: Context): Promise<void> {
  const reading = await prepareReading(deps, runs, { ...asked, request: ctx.req });
  // The one answer after which an EventSource does not connect again.
  if (reading.start.kind === 'nothing') {
    ctx.status = 204;
    return;
  }
  deps.streams.admit(asked.principal.userId);
  ctx['compress'] = false;
  ctx.vary('Accept');
  if (ctx.method === 'HEAD') {
    ctx.type = 'text/event-stream';
    ctx.status = 200;
    return;
  }
  // From here on the response belongs to the stream: the middleware above ends now, the stream much later.
  ctx.respond = false;
  openEventStream(deps, runs, { ...reading, request: ctx.req, channel: new SseChannel(ctx.req, ctx.res) });
}
