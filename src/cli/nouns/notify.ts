import type { AnswerOf, InputOf } from '../../client/operations.js';
import {
  deadlineRunResultSchema,
  type DeadlineRunResult,
} from '../../contracts/notifications/deadline-run.js';
import type { CommandSpec, Given, OptionSpec } from '../command.js';
import type { Context } from '../context.js';
import { waitFor } from '../follow.js';
import { waitOption } from '../result.js';
import { listing, showOne, type Columns } from '../show.js';

type Accepted = AnswerOf<'startDeadlineRun'>;

const accepted: Columns<Accepted> = [
  ['id', ({ jobId }) => jobId],
  ['status at', ({ statusUrl }) => statusUrl],
];

const outcome: Columns<DeadlineRunResult> = [
  ['offices', ({ offices_processed }) => offices_processed],
  ['e-mails', ({ email_sent }) => email_sent],
  ['pushes', ({ push_sent }) => push_sent],
  ['failed', ({ email_failed, push_failed }) => email_failed + push_failed],
  ['unknown', ({ unknown }) => unknown],
  ['held', ({ held }) => held],
  ['left out', ({ excluded }) => excluded.reduce((sum, { count }) => sum + count, 0)],
];

const which: readonly OptionSpec[] = [
  { flags: '--office <id>', about: 'of this office; all active ones when left out', many: true },
  { flags: '--as-of <time>', about: 'a moment or a date; now when left out' },
  waitOption,
];

async function start(context: Context, given: Given, dryRun: boolean): Promise<void> {
  const body: InputOf<'startDeadlineRun'>['body'] = {
    dry_run: dryRun,
    office_ids: given.many('office'),
    as_of: given.text('asOf'),
  };
  const job = await (await context.client()).call('startDeadlineRun', { body });
  await tell(context, job, { waits: given.flag('wait') });
}

/** People who wait see the counts; programs get the id first, and then the events where they asked for JSON. */
async function tell(context: Context, job: Accepted, { waits }: { readonly waits: boolean }): Promise<void> {
  const counts = waits && context.flags.output === 'table';
  if (counts) context.terminal.err(`job ${job.jobId} accepted`);
  else showOne(context, job, accepted);
  if (waits) await waitFor(context, job.jobId, { after: 0 });
  if (!counts) return;
  const answer = await (await context.client()).send('getJobResult', { params: { id: job.jobId } });
  const result = deadlineRunResultSchema.parse(await answer.json());
  showOne(context, result, outcome);
  if (result.dry_run) context.terminal.err('nothing was sent: this is the plan');
}

const schedule: Columns<AnswerOf<'getNotificationSchedule'>> = [
  ['cron', ({ cron }) => cron],
  ['time zone', ({ time_zone }) => time_zone],
  ['enabled', ({ enabled }) => enabled],
  ['next', ({ next_runs }) => next_runs[0]],
];

const scheduled: CommandSpec = {
  name: 'notify schedule',
  about: 'show the daily run, or set it with --cron',
  kind: 'sends',
  options: [
    { flags: '--cron <fields>', about: 'minute, hour, day of the month, month, day of the week' },
    { flags: '--time-zone <name>', about: 'like Asia/Tokyo; the one of now when left out' },
    { flags: '--off', about: 'keep it, and send nothing by it' },
  ],
  examples: [`sluice notify schedule --cron '0 8 * * *' --time-zone Asia/Tokyo`],
  run: async (context, _args, given) => {
    const client = await context.client();
    const now = await client.call('getNotificationSchedule');
    const cron = given.text('cron');
    if (cron === undefined && !given.flag('off')) {
      showOne(context, now, schedule);
      return;
    }
    const body = {
      cron: cron ?? now.cron,
      time_zone: given.text('timeZone') ?? now.time_zone,
      enabled: !given.flag('off'),
    };
    showOne(context, await client.call('setNotificationSchedule', { body }), schedule);
  },
};

export const notifyCommands: readonly CommandSpec[] = [
  {
    name: 'notify plan',
    about: 'what a run would send; nothing goes out',
    kind: 'sends',
    options: which,
    examples: ['sluice notify plan --wait'],
    run: (context, _args, given) => start(context, given, true),
  },
  {
    name: 'notify run',
    about: 'tell everybody what falls due; --dry-run is `notify plan`',
    kind: 'previews',
    options: which,
    examples: ['sluice notify run --office off_… --wait'],
    run: (context, _args, given) => start(context, given, context.flags.dryRun),
  },
  {
    name: 'notify execute',
    about: 'send what a finished plan has shown',
    kind: 'sends',
    args: ['<id>'],
    options: [waitOption],
    examples: ['sluice notify execute job_… --wait'],
    run: async (context, [id = ''], given) => {
      const job = await (await context.client()).call('executeDeadlinePlan', { params: { id } });
      await tell(context, job, { waits: given.flag('wait') });
    },
  },
  {
    name: 'notify explain',
    about: 'why somebody was told of a deadline or not, as JSON',
    args: ['<staff-id>', '<deadline-id>'],
    examples: ['sluice notify explain stf_… ddl_…'],
    run: async ({ client, terminal }, [staff = '', deadline = '']) => {
      const query = { staff_id: staff, deadline_id: deadline };
      terminal.out(JSON.stringify(await (await client()).call('explainNotification', { query }), null, 2));
    },
  },
  scheduled,
  listing({
    name: 'notify deliveries',
    about: 'messages with what became of them',
    operation: 'listNotificationDeliveries',
    columns: [
      ['id', ({ id }) => id],
      ['status', ({ status }) => status],
      ['channel', ({ channel }) => channel],
      ['created', ({ created_at }) => created_at],
      ['to', ({ address }) => address],
      ['reason', ({ reason }) => reason],
    ],
    filters: [
      { flags: '--status <status>', about: 'like failed' },
      { flags: '--channel <channel>', about: 'email or push' },
    ],
    examples: ['sluice notify deliveries --status failed'],
  }),
];
