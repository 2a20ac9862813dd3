import type { z } from 'zod';
import type { replayManyBody } from '../../contracts/runs/dead-letter.js';
import { PREVIEW_SAMPLE } from '../../contracts/runs/dead-letter.js';
import { Problem } from '../http/problems.js';
import { recordAudit, recordAudits } from '../../db/audit/log.js';
import {
  countReplayable,
  findDeadLetter,
  listDeadLetters,
  listReplayable,
  lockDeadLetter,
  lockReplayable,
} from '../../db/runs/dead-letters.js';
import type { Tx } from '../../db/base/transaction.js';
import { deadLetterView } from './dead-letter-view.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { replayDeadLetter, type Replay, type ReplayedBy } from './replay-dead-letter.js';
import { implement, reply, type Route, type Reply } from '../http/route.js';
import { runRoutes } from '../../contracts/runs/routes.js';
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
      const letter = await lockDeadLetter(tx, id);
      if (letter === undefined) throw new Problem('not_found');
      const replayedAs = letter.replayedRunId ?? letter.replayedDeliveryId;
      if (replayedAs !== null && !again) {
        throw new Problem('conflict', { detail: 'It was replayed before.', extra: { replayedAs } });
      }
      const { replayed, entry } = await replayDeadLetter(tx, starter, letter, { actor: principal, origin });
      await recordAudit(tx, entry);
      return reply(202, replayed, { Location: replayed.statusUrl, 'Retry-After': '3' });
    },
  );
}

type Selection = z.output<typeof replayManyBody>;

function replayManyRoute(deps: DeadLetterRouteDeps): Route {
  return implement(runRoutes.replayDeadLetters, ({ body, principal, origin }, tx) => {
    return body.dryRun ? preview(deps, tx, body) : replayMany(deps, tx, body, { actor: principal, origin });
  });
}

async function preview({ ui }: DeadLetterRouteDeps, tx: Tx, { filter, limit }: Selection): Promise<Reply> {
  const counts = await countReplayable(tx, filter);
  const sample = await listReplayable(tx, filter, Math.min(limit, PREVIEW_SAMPLE));
  return reply(200, { ...counts, sample: sample.map((letter) => deadLetterView(letter, ui)) });
}

async function replayMany(
  { starter }: DeadLetterRouteDeps,
  tx: Tx,
  { filter, limit }: Selection,
  by: ReplayedBy,
): Promise<Reply> {
  const letters = await lockReplayable(tx, filter, limit);
  const replays: Replay[] = [];
  for (const letter of letters) replays.push(await replayDeadLetter(tx, starter, letter, by));
  await recordAudits(
    tx,
    replays.map(({ entry }) => entry),
  );
  const { matching: remaining } = await countReplayable(tx, filter);
  const replayed = replays.map(({ replayed: as }, place) => ({
    deadLetterId: letters[place]?.id ?? '',
    ...as,
  }));
  return reply(202, { replayed, remaining });
}
