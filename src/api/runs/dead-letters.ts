import { PREVIEW_SAMPLE } from '../../contracts/runs/dead-letter.js';
import { Problem } from '../http/problems.js';
import {
  countReplayable,
  findDeadLetter,
  listDeadLetters,
  listReplayable,
} from '../../db/runs/dead-letters.js';
import { deadLetterView, replayedView } from './dead-letter-view.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { runRoutes } from '../../contracts/runs/routes.js';
import { replayDeadLetter, replayDeadLetters } from '../../operations/runs/replay-dead-letters.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import type { TemporalUi } from '../http/temporal-link.js';

export interface DeadLetterRouteDeps {
  readonly pager: Pager;
  readonly starter: RunStarter;
  readonly ui: TemporalUi;
}

export function createDeadLetterRoutes(deps: DeadLetterRouteDeps): Route[] {
  return [listRoute(deps), getRoute(deps), replayManyRoute(deps), replayRoute(deps)];
}

function listRoute({ pager, ui }: DeadLetterRouteDeps): Route {
  return implement(runRoutes.listDeadLetters, async ({ path, query }, db) => {
    const { kind, errorCode, createdFrom, createdTo, replayed } = query;
    const filters = { kind, errorCode, createdFrom, createdTo, replayed };
    const scope = { list: 'dead-letters', filters };
    const request = pager.request(scope, query);
    const rows = await listDeadLetters(db, filters, request);
    const page = pager.page(scope, request, {
      rows,
      keyOf: (letter) => ({ at: letter.createdAt, id: letter.id }),
    });
    const items = page.items.map((letter) => deadLetterView(letter, ui));
    return pageReply(path, query, { ...page, items });
  });
}

function getRoute({ ui }: DeadLetterRouteDeps): Route {
  return implement(runRoutes.getDeadLetter, async ({ params: { id } }, db) => {
    const letter = await findDeadLetter(db, id);
    if (letter === undefined) throw new Problem('not_found');
    return reply(200, deadLetterView(letter, ui));
  });
}

function replayRoute({ starter }: DeadLetterRouteDeps): Route {
  return implement(
    runRoutes.replayDeadLetter,
    async ({ params: { id }, body: { again }, principal, origin }, tx) => {
      const replayed = await replayDeadLetter(tx, starter, { id, again, actor: principal, origin });
      const view = replayedView(replayed);
      return reply(202, view, { Location: view.statusUrl, 'Retry-After': '3' });
    },
  );
}

function replayManyRoute({ starter, ui }: DeadLetterRouteDeps): Route {
  return implement(runRoutes.replayDeadLetters, async ({ body, principal, origin }, tx) => {
    const { dryRun, filter, limit } = body;
    if (dryRun) {
      const counts = await countReplayable(tx, filter);
      const sample = await listReplayable(tx, filter, Math.min(limit, PREVIEW_SAMPLE));
      return reply(200, { ...counts, sample: sample.map((letter) => deadLetterView(letter, ui)) });
    }
    const by = { actor: principal, origin };
    const { replayed, remaining } = await replayDeadLetters(tx, starter, { filter, limit, ...by });
    const items = replayed.map(({ deadLetterId, as }) => ({ deadLetterId, ...replayedView(as) }));
    return reply(202, { replayed: items, remaining });
  });
}
