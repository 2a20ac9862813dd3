import type { SluiceClient } from '../../client/client.js';
import type { AnswerOf, InputOf } from '../../client/operations.js';
import { CliError, exitCodes, UsageError } from '../cli-error.js';
import { contentOf, type CommandSpec, type Given } from '../command.js';
import type { Context } from '../context.js';
import { waitFor } from '../follow.js';
import { fileOption, resultTo, waitOption } from '../result.js';
import { listing, showOne, type Columns } from '../show.js';
import { table } from '../terminal.js';

type Body = InputOf<'executeSqlAsync'>['body'];
type Confirmation = Extract<AnswerOf<'executeSqlAsync'>, { readonly status: 'confirmation_required' }>;
type Accepted = Exclude<AnswerOf<'executeSqlAsync'>, Confirmation>;

const accepted: Columns<Accepted> = [
  ['id', ({ session_id }) => session_id],
  ['status', ({ status }) => status],
];

const run: CommandSpec = {
  name: 'sql run',
  about: 'run one statement that only reads; --wait prints its rows',
  kind: 'sends',
  args: ['<sql>'],
  options: [
    { flags: '--data-source <name>', about: 'demo when left out; result: your own stored results' },
    { flags: '--params <json>', about: 'a list for $1, $2, …' },
    { flags: '--row-limit <number>', about: 'rows kept at most' },
    { flags: '--max-age <seconds>', about: 'an earlier result that is no older will do' },
    { flags: '--confirm <token>', about: 'of an estimate that was shown' },
    { flags: '--yes', about: 'run it however large it is estimated' },
    waitOption,
  ],
  examples: [`sluice sql run 'select 1 as one' --wait`, 'sluice sql run @query.sql --yes --wait -o json'],
  run: async (context, [given = ''], options) => {
    const client = await context.client();
    const body = await bodyOf(given, options);
    const answer = confirmedAnswer(await execute(client, body, options));
    if (!options.flag('wait')) {
      showOne(context, answer, accepted);
      return;
    }
    context.terminal.err(`${answer.session_id} accepted`);
    await waitFor(context, answer.session_id, { after: 0 });
    await printRows(context, client, { id: answer.session_id, offset: 0 });
  },
};

async function execute(
  client: SluiceClient,
  body: Body,
  options: Given,
): Promise<AnswerOf<'executeSqlAsync'>> {
  const answer = await client.call('executeSqlAsync', { body });
  if (!isConfirmation(answer) || !options.flag('yes')) return answer;
  return client.call('executeSqlAsync', {
    body: Object.assign({}, body, { confirm_token: answer.confirm_token }),
  });
}

/** The estimate is for a person: nothing runs before somebody agreed. */
function confirmedAnswer(answer: AnswerOf<'executeSqlAsync'>): Accepted {
  if (!isConfirmation(answer)) return answer;
  throw new CliError(
    `${answer.message}\n--yes runs it, or --confirm ${answer.confirm_token}`,
    exitCodes.needsPerson,
  );
}

function isConfirmation(answer: AnswerOf<'executeSqlAsync'>): answer is Confirmation {
  return answer.status === 'confirmation_required';
}

async function bodyOf(text: string, given: Given): Promise<Body> {
  const params = await given.json('params');
  if (params !== undefined && !Array.isArray(params)) throw new UsageError('--params takes a JSON list.');
  return {
    sql: await contentOf(text),
    params: params as Body['params'],
    data_source: given.text('dataSource'),
    row_limit: given.number('rowLimit'),
    max_age_seconds: given.number('maxAge'),
    confirm_token: given.text('confirm'),
  };
}

async function printRows(
  context: Context,
  client: SluiceClient,
  { id, offset }: { readonly id: string; readonly offset: number },
): Promise<void> {
  const page = await client.call('getSqlResults', { params: { id }, query: { offset } });
  const { flags, terminal } = context;
  if (flags.output === 'ids') terminal.out(id);
  else if (flags.output === 'json') terminal.out(JSON.stringify(page));
  else {
    const rows = page.rows.map((row) => row.map((cell) => (cell === null ? 'NULL' : String(cell))));
    table([page.columns.map(({ name }) => name), ...rows]).forEach((line) => terminal.out(line));
  }
  if (page.next_offset !== null)
    terminal.err(
      `${page.total_rows} rows; the next ones: sluice sql results ${id} --offset ${page.next_offset}`,
    );
}

const status: Columns<AnswerOf<'getSqlStatus'>> = [
  ['id', ({ session_id }) => session_id],
  ['status', (item) => item.status],
  ['%', ({ progress_percentage }) => progress_percentage],
  ['phase', ({ phase }) => phase],
  ['rows', ({ row_count }) => row_count],
  ['error', ({ error }) => error?.message],
];

export const sqlCommands: readonly CommandSpec[] = [
  run,
  listing({
    name: 'sql list',
    about: 'your own statements, newest first',
    operation: 'listSqlSessions',
    columns: [
      ['id', ({ session_id }) => session_id],
      ['status', (item) => item.status],
      ['created', ({ created_at }) => created_at],
      ['sql', ({ sql }) => sql],
    ],
    filters: [],
    examples: ['sluice sql list -o ids | sluice sql status -'],
  }),
  {
    name: 'sql status',
    about: 'how statements stand',
    args: ['<id...>'],
    examples: ['sluice sql status sql_…'],
    run: async (context, [id = '']) =>
      showOne(context, await (await context.client()).call('getSqlStatus', { params: { id } }), status),
  },
  {
    name: 'sql results',
    about: 'rows of a finished statement, a thousand at a time',
    args: ['<id>'],
    options: [{ flags: '--offset <number>', about: 'rows to leave out', standard: '0' }],
    examples: ['sluice sql results sql_… --offset 1000'],
    run: async (context, [id = ''], given) =>
      printRows(context, await context.client(), { id, offset: given.number('offset') ?? 0 }),
  },
  {
    name: 'sql download',
    about: 'all rows as a file',
    args: ['<id>'],
    options: [
      {
        flags: '--format <format>',
        about: 'of the file',
        standard: 'csv',
        choices: ['csv', 'ndjson', 'json', 'xlsx', 'parquet'],
      },
      fileOption,
    ],
    examples: ['sluice sql download sql_… --format parquet --file rows.parquet'],
    run: async (context, [id = ''], given) => {
      const query = { format: given.text('format') } as InputOf<'downloadSqlResult'>['query'];
      const input = { params: { id }, query } as InputOf<'downloadSqlResult'>;
      await resultTo(
        context,
        await (await context.client()).send('downloadSqlResult', input),
        given.text('file'),
      );
    },
  },
  {
    name: 'sql cancel',
    about: 'stop statements in their database',
    kind: 'sends',
    args: ['<id...>'],
    examples: ['sluice sql cancel sql_…'],
    run: async (context, [id = '']) => {
      await (await context.client()).call('cancelSql', { params: { id } });
      context.terminal.err(`${id} is being canceled`);
    },
  },
];
