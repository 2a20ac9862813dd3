import type { AnswerOf } from '../../client/operations.js';
import { failureKinds } from '../../contracts/runs/failure.js';
import type { CommandSpec } from '../command.js';
import { CliError } from '../cli-error.js';
import { showPage, type Columns } from '../show.js';

const groups: Columns<AnswerOf<'listFailures'>['items'][number]> = [
  ['fingerprint', ({ fingerprint }) => fingerprint],
  ['count', ({ count }) => count],
  ['kind', ({ kind }) => kind],
  ['of', ({ subject }) => subject],
  ['error', ({ code }) => code],
  ['last', ({ lastAt }) => lastAt],
  ['message', ({ message }) => message],
];

const results: Columns<AnswerOf<'retryFailures'>['results'][number]> = [
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
  ['error', ({ code }) => code],
  ['as', ({ retriedAs }) => retriedAs],
];

const list: CommandSpec = {
  name: 'failure list',
  about: 'what failed and stands, grouped by what went wrong',
  options: [{ flags: '--kind <kind>', about: 'of this kind alone', choices: failureKinds }],
  examples: ['sluice failure list --kind step'],
  run: async (context, _args, given) => {
    // The API says which kinds there are.
    const kind = given.text('kind') as (typeof failureKinds)[number] | undefined;
    const { items, total } = await (await context.client()).call('listFailures', { query: { kind } });
    showPage(context, { items, hasMore: false }, groups);
    context.terminal.err(`${total} stand`);
  },
};

const retry: CommandSpec = {
  name: 'failure retry',
  about: 'do again what failed in one way; --dry-run tells which',
  kind: 'previews',
  args: ['<fingerprint...>'],
  options: [{ flags: '--limit <number>', about: 'at most this many, the oldest first' }],
  examples: ['sluice failure list --kind job -o ids | sluice failure retry - --dry-run'],
  run: async (context, [fingerprint = ''], given) => {
    const body = { dryRun: context.flags.dryRun, limit: given.number('limit') };
    const input = { params: { fingerprint }, body };
    const answer = await (await context.client()).call('retryFailures', input);
    showPage(context, { items: answer.results, hasMore: false }, results);
    context.terminal.err(`${answer.results.length} of ${answer.matching}`);
    const refused = answer.results.filter(({ status }) => status === 'refused').length;
    if (refused > 0) throw new CliError(`${refused} of ${answer.results.length} were refused.`);
  },
};

export const failureCommands: readonly CommandSpec[] = [list, retry];
