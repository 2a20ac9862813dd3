import type { InputOf, ItemOf } from '../../client/operations.js';
import type { CommandSpec, OptionSpec } from '../command.js';
import type { Context } from '../context.js';
import { listing, showOne, showPage, type Columns } from '../show.js';

const columns: Columns<ItemOf<'listDeadLetters'>> = [
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['error', ({ errorCode }) => errorCode],
  ['created', ({ createdAt }) => createdAt],
  ['replayed as', ({ replayedAs }) => replayedAs],
  ['title', ({ title }) => title],
];

const filters: readonly OptionSpec[] = [
  { flags: '--kind <kind>', about: 'like report' },
  { flags: '--error-code <code>', about: 'like step_failed' },
];

type Replay = InputOf<'replayDeadLetters'>['body'];

/** All that match: what would be replayed with `dryRun`. */
async function replayMatching(context: Context, body: Replay): Promise<void> {
  const answer = await (await context.client()).call('replayDeadLetters', { body });
  const { flags, terminal } = context;
  if (flags.output === 'json') terminal.out(JSON.stringify(answer));
  else if ('replayed' in answer) {
    for (const each of answer.replayed)
      terminal.out(`${each.deadLetterId} -> ${'jobId' in each ? each.jobId : each.deliveryId}`);
    terminal.err(`${answer.remaining} remain`);
  } else {
    showPage(context, { items: answer.sample, hasMore: false }, columns);
    terminal.err(`${answer.matching} would be replayed`);
  }
}

export const deadLetterCommands: readonly CommandSpec[] = [
  listing({
    name: 'dead-letter list',
    about: 'what used up its retries (for an ADMIN)',
    operation: 'listDeadLetters',
    columns,
    filters: [...filters, { flags: '--replayed <flag>', about: 'yes or no', choices: ['yes', 'no'] }],
    examples: ['sluice dead-letter list --kind report'],
  }),
  {
    name: 'dead-letter replay',
    about: 'try dead letters again',
    kind: 'sends',
    args: ['<id...>'],
    options: [{ flags: '--again', about: 'also one that was replayed before' }],
    examples: ['sluice dead-letter list --kind report -o ids | sluice dead-letter replay -'],
    run: async (context, [id = ''], given) => {
      const body = { again: given.flag('again') };
      const answer = await (await context.client()).call('replayDeadLetter', { params: { id }, body });
      showOne(context, answer, [['id', ({ jobId, deliveryId }) => jobId ?? deliveryId]]);
    },
  },
  {
    name: 'dead-letter replay-matching',
    about: 'try all again that match; --dry-run tells which',
    kind: 'previews',
    options: [...filters, { flags: '--limit <number>', about: 'at most this many', standard: '20' }],
    examples: ['sluice dead-letter replay-matching --error-code step_timed_out --dry-run'],
    run: async (context, _args, given) => {
      // The API says which kinds there are.
      const filter = {
        kind: given.text('kind'),
        errorCode: given.text('errorCode'),
      } as Replay['filter'];
      await replayMatching(context, {
        filter,
        dryRun: context.flags.dryRun,
        limit: given.number('limit'),
      });
    },
  },
];
