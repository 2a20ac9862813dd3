import type { AnswerOf, InputOf } from '../../client/operations.js';
import type { CommandSpec } from '../command.js';
import { listing, showOne, type Columns } from '../show.js';

type Schedule = AnswerOf<'getReportSchedule'>;

const columns: Columns<Schedule> = [
  ['id', ({ id }) => id],
  ['cron', ({ cron }) => cron],
  ['time zone', ({ timeZone }) => timeZone],
  ['next', ({ nextRuns, enabled }) => nextRuns[0] ?? (enabled ? 'never' : 'paused')],
  ['name', ({ name }) => name],
];

const create: CommandSpec = {
  name: 'report schedule create',
  about: 'reports by cron and time zone',
  kind: 'sends',
  args: ['<name>'],
  options: [
    { flags: '--cron <fields>', about: 'minute, hour, day of the month, month, day of the week' },
    { flags: '--time-zone <name>', about: 'like Asia/Tokyo', standard: 'UTC' },
    { flags: '--report <json>', about: 'the body of POST /generate-report; @file reads a file' },
    { flags: '--paused', about: 'make no reports yet' },
  ],
  examples: [`sluice report schedule create Mondays --cron '0 9 * * mon' --time-zone Asia/Tokyo`],
  run: async (context, [name = ''], given) => {
    type Body = InputOf<'createReportSchedule'>['body'];
    const body: Body = {
      name,
      cron: given.text('cron') ?? '',
      timeZone: given.text('timeZone') ?? 'UTC',
      report: ((await given.json('report')) ?? {}) as Body['report'],
      enabled: !given.flag('paused'),
    };
    const schedule = await (await context.client()).call('createReportSchedule', { body });
    showOne(context, schedule, columns);
  },
};

function switching(
  verb: string,
  operation: 'pauseReportSchedule' | 'resumeReportSchedule',
  about: string,
): CommandSpec {
  return {
    name: `report schedule ${verb}`,
    about,
    kind: 'sends',
    args: ['<id...>'],
    examples: [`sluice report schedule ${verb} sch_…`],
    run: async (context, [id = '']) =>
      showOne(context, await (await context.client()).call(operation, { params: { id } }), columns),
  };
}

export const scheduleCommands: readonly CommandSpec[] = [
  listing({
    name: 'report schedule list',
    about: 'schedules of reports',
    operation: 'listReportSchedules',
    columns,
    filters: [],
    examples: ['sluice report schedule list'],
  }),
  create,
  switching('pause', 'pauseReportSchedule', 'make no reports until it is resumed'),
  switching('resume', 'resumeReportSchedule', 'make reports again'),
  {
    name: 'report schedule trigger',
    about: 'make its report now',
    kind: 'sends',
    args: ['<id...>'],
    examples: ['sluice report schedule trigger sch_…'],
    run: async (context, [id = '']) => {
      const answer = await (await context.client()).call('triggerReportSchedule', { params: { id } });
      showOne(context, answer, [['id', ({ jobId }) => jobId]]);
    },
  },
  {
    name: 'report schedule delete',
    about: 'drop schedules; the jobs that they made stay',
    kind: 'sends',
    args: ['<id...>'],
    examples: ['sluice report schedule delete sch_…'],
    run: async ({ client, terminal }, [id = '']) => {
      await (await client()).call('deleteReportSchedule', { params: { id } });
      terminal.err(`${id} is deleted`);
    },
  },
];
