import { z } from 'zod';
import {
  deadLetterListQuery,
  deadLetterPageSchema,
  deadLetterReplayedSchema,
  deadLetterSchema,
  PREVIEW_SAMPLE,
  replayManyBody,
  replayManySchema,
  replayOneBody,
  replayPreviewSchema,
} from '../../contracts/runs/dead-letter.js';
import { idSchema } from '../../contracts/ids.js';
import { Problem } from '../../contracts/problems.js';
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
import { DEAD_LETTERS_PATH, deadLetterView } from './dead-letter-view.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { replayDeadLetter, type Replay, type ReplayedBy } from './replay-dead-letter.js';
import { acceptedHeaders, readRoute, reply, writeRoute, type AnyRoute, type Reply } from '../http/route.js';
import type { RunStarter } from './start.js';
import type { TemporalUi } from '../http/temporal-link.js';

export interface DeadLetterRouteDeps {
  readonly pager: Pager;
  readonly starter: RunStarter;
  readonly ui: TemporalUi;
}

const TAG = 'Dead letters';
const params = z.object({ id: idSchema('deadLetter') });

export function createDeadLetterRoutes(deps: DeadLetterRouteDeps): AnyRoute[] {
  return [listRoute(deps), getRoute(deps), replayManyRoute(deps), replayRoute(deps)];
}

function listRoute({ pager, ui }: DeadLetterRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: DEAD_LETTERS_PATH,
    operationId: 'listDeadLetters',
    summary: 'Work that used up its retries, with its input and every error, newest first',
    tag: TAG,
    access: 'admin',
    query: deadLetterListQuery,
    responses: { 200: { description: 'One page', body: deadLetterPageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const { kind, errorCode, createdFrom, createdTo, replayed } = query;
      const filters = { kind, errorCode, createdFrom, createdTo, replayed };
      const scope = { list: 'dead-letters', filters };
      const request = pager.request(scope, query);
      const rows = await listDeadLetters(db, filters, request);
      const page = pager.page(scope, request, rows, (letter) => ({ at: letter.createdAt, id: letter.id }));
      const items = page.items.map((letter) => deadLetterView(letter, ui));
      return pageReply(DEAD_LETTERS_PATH, query, { ...page, items });
    },
  });
}

function getRoute({ ui }: DeadLetterRouteDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${DEAD_LETTERS_PATH}/:id`,
    operationId: 'getDeadLetter',
    summary: 'A dead letter: its input, every failed try, and where to look further',
    tag: TAG,
    access: 'admin',
    params,
    responses: { 200: { description: 'The dead letter', body: deadLetterSchema } },
    async handle({ params: { id } }, db) {
      const letter = await findDeadLetter(db, id);
      if (letter === undefined) throw new Problem('not_found');
      return reply(200, deadLetterView(letter, ui));
    },
  });
}

function replayRoute({ starter }: DeadLetterRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${DEAD_LETTERS_PATH}/:id/replay`,
    operationId: 'replayDeadLetter',
    summary: 'Do it again: a job as a new job for the same owner, a delivery under its message id',
    tag: TAG,
    access: 'admin',
    params,
    body: replayOneBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'A new job that names its origin, or a new delivery',
        body: deadLetterReplayedSchema,
        headers: acceptedHeaders('The job or the delivery.'),
      },
    },
    problems: ['conflict'],
    async handle({ params: { id }, body: { again }, principal, origin }, tx) {
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
  });
}

type Selection = z.output<typeof replayManyBody>;

function replayManyRoute(deps: DeadLetterRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: `${DEAD_LETTERS_PATH}/replay`,
    operationId: 'replayDeadLetters',
    summary: 'Do all of a selection again, each once; by default it only tells what it would do',
    tag: TAG,
    access: 'admin',
    body: replayManyBody,
    responses: {
      200: { description: 'What would be replayed', body: replayPreviewSchema },
      202: { description: 'What was replayed', body: replayManySchema },
    },
    problems: ['conflict'],
    handle({ body, principal, origin }, tx) {
      return body.dryRun ? preview(deps, tx, body) : replayMany(deps, tx, body, { actor: principal, origin });
    },
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
