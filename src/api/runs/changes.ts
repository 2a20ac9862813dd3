import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { runRoutes } from '../../contracts/runs/routes.js';
import type { Principal } from '../../contracts/users/principal.js';
import { placeId, placeOfId, type ChangePlace } from '../../domain/runs/change-place.js';
import type { ChangeFeed } from '../events/change-feed.js';
import { ChangeStream, isVisibleTo } from '../events/change-stream.js';
import { EventMessage } from '../events/event-message.js';
import type { InboxNews } from '../events/inbox-news.js';
import type { KeptChanges } from '../events/kept-changes.js';
import { lastEventIdOf, mayContinue, type EventReadingDeps } from '../events/open-event-stream.js';
import { SseChannel } from '../events/sse-channel.js';
import { Problem } from '../http/problems.js';
import { implement, type Route } from '../http/route.js';

export interface ChangeRouteDeps extends Omit<EventReadingDeps, 'db'> {
  readonly feed: ChangeFeed;
  readonly news: InboxNews;
}

/** The events of all runs that somebody may see, in one stream. */
export function createChangeRoute(deps: ChangeRouteDeps): Route {
  return implement(runRoutes.listChanges, async ({ query, principal }, ctx) => {
    if (principal === undefined) throw new Problem('unauthenticated');
    const after = query.after === undefined ? undefined : placeOfId(query.after);
    const wanted = ctx.accepts('text/event-stream', 'application/json');
    ctx.vary('Accept');
    if (wanted === 'application/json') {
      ctx.body = await deps.feed.current((kept) => pageOf(kept, principal, { after, limit: query.limit }));
    } else if (wanted === 'text/event-stream') await answerStream(deps, ctx, { principal, after });
    else throw new Problem('not_acceptable');
  });
}

function pageOf(
  kept: KeptChanges,
  principal: Principal,
  { after, limit }: { after: ChangePlace | undefined; limit: number },
): object {
  const isReached = after === undefined || kept.reaches(after);
  const from = after !== undefined && isReached ? after : { tx: 0, n: 0 };
  const seen = kept.after(from).filter((change) => isVisibleTo(principal, change));
  const items = seen.slice(0, limit);
  const hasMore = seen.length > limit;
  const last = items.at(-1)?.place;
  return {
    items: items.map(({ message }) => message.body),
    hasMore,
    nextAfter: placeId(hasMore && last !== undefined ? last : kept.end),
    hasGap: !isReached,
  };
}

async function answerStream(
  deps: ChangeRouteDeps,
  ctx: Context,
  { principal, after }: { readonly principal: Principal; readonly after: ChangePlace | undefined },
): Promise<void> {
  const given = givenPlace(ctx.req) ?? after;
  deps.streams.admit(principal.userId);
  ctx['compress'] = false;
  if (ctx.method === 'HEAD') {
    ctx.type = 'text/event-stream';
    ctx.status = 200;
    return;
  }
  await deps.feed.current((kept) => {
    // From here on the response belongs to the stream: the middleware above ends now, the stream much later.
    ctx.respond = false;
    const isResumed = given !== undefined && kept.reaches(given);
    const place = isResumed ? given : kept.end;
    const channel = new SseChannel(ctx.req, ctx.res);
    const stream = new ChangeStream({ ...deps, channel, viewer: principal }, place);
    const reader = deps.streams.keep(stream, {
      userId: principal.userId,
      goodUntilMs: principal.goodUntilMs,
      mayContinue: () =>
        mayContinue(
          deps,
          ctx.req,
          ({ userId, role }) => userId === principal.userId && role === principal.role,
        ),
    });
    if (!stream.ended) stream.begin(isResumed ? undefined : snapshotAt(place));
    if (!stream.ended) reader.endLive = deps.news.follow(principal.userId, (news) => stream.takeNews(news));
  });
}

/** It says: read the lists now, what follows comes after them. */
function snapshotAt(place: ChangePlace): EventMessage {
  const at = new Date().toISOString();
  return new EventMessage({ at, type: 'snapshot', status: 'live', progress: {} }, placeId(place));
}

function givenPlace(request: IncomingMessage): ChangePlace | undefined {
  const given = lastEventIdOf(request);
  if (given === undefined) return undefined;
  const place = placeOfId(given);
  if (place !== undefined) return place;
  throw new Problem('validation_error', {
    errors: [{ path: 'Last-Event-ID', message: 'must be the id of an event of this stream' }],
  });
}
