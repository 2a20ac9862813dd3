import type { InputOf } from '../../client/operations.js';
import type { SluiceClient } from '../../client/client.js';
import type { CommandSpec } from '../command.js';
import type { Context } from '../context.js';
import { waitFor } from '../follow.js';
import { fileOption, resultTo, waitOption } from '../result.js';
import { showOne, type Columns } from '../show.js';
import { jobColumns } from './run.js';

const made: Columns<{ readonly jobId: string; readonly statusUrl: string }> = [
  ['id', ({ jobId }) => jobId],
  ['status at', ({ statusUrl }) => statusUrl],
];

const start: CommandSpec = {
  name: 'report start',
  about: 'make a report; --wait follows it and prints the result',
  kind: 'sends',
  options: [
    {
      flags: '--type <type>',
      about: 'what it is about',
      choices: ['activity', 'cot-session', 'sql', 'audit'],
    },
    {
      flags: '--format <format>',
      about: 'html when left out',
      choices: ['html', 'pdf', 'md', 'json', 'csv'],
    },
    { flags: '--title <title>', about: 'its heading' },
    { flags: '--session <id>', about: 'for cot-session' },
    {
      flags: '--queries <json>',
      about: 'for sql: [{"title":"…","sql":"…","chart":"bar"}]; @file reads a file',
    },
    { flags: '--params <json>', about: 'like {"hours":48}; @file reads a file' },
    fileOption,
    waitOption,
  ],
  examples: [
    'sluice report start --type cot-session --session ses_… --format pdf --wait --file session.pdf',
    'sluice report start --type sql --queries @queries.json --format pdf --file sales.pdf',
  ],
  run: async (context, _args, given) => {
    // The API says which types and formats there are.
    const body = {
      type: given.text('type'),
      format: given.text('format'),
      title: given.text('title'),
      sessionId: given.text('session'),
      queries: await given.json('queries'),
      params: await given.json('params'),
    } as NonNullable<InputOf<'generateReport'>['body']>;
    const client = await context.client();
    const answer = await client.call('generateReport', { body });
    const waits = given.flag('wait') || given.text('file') !== undefined;
    if (!waits) {
      showOne(context, answer, made);
      return;
    }
    context.terminal.err(`job ${answer.jobId} accepted`);
    // The job may be under way already: its events are followed from the first.
    await waitFor(context, answer.jobId, { after: 0 });
    if (context.flags.output === 'json' && given.text('file') === undefined) return;
    await download(context, client, { id: answer.jobId, file: given.text('file') });
  },
};

/** A result with gaps says so: a missing section must not pass for an empty one. */
async function download(
  context: Context,
  client: SluiceClient,
  { id, file }: { readonly id: string; readonly file: string | undefined },
): Promise<void> {
  const { sections = [] } = await client.call('getJob', { params: { id } });
  for (const { title, status, error } of sections) {
    if (status === 'missing') context.terminal.err(`missing: ${title}: ${error ?? ''}`);
  }
  await resultTo(context, await client.send('getJobResult', { params: { id } }), file);
}

export const reportCommands: readonly CommandSpec[] = [
  start,
  {
    name: 'report get',
    about: 'how reports and other jobs stand',
    args: ['<id...>'],
    examples: ['sluice report get job_… -o json'],
    run: async (context, [id = '']) =>
      showOne(context, await (await context.client()).call('getJob', { params: { id } }), jobColumns),
  },
  {
    name: 'report download',
    about: 'the result of a job',
    args: ['<id>'],
    options: [fileOption],
    examples: ['sluice report download job_… --file report.html'],
    run: async (context, [id = ''], given) =>
      download(context, await context.client(), { id, file: given.text('file') }),
  },
];
