import type { Command } from 'commander';
import type { SluiceClient } from '../client/client.js';
import { listDeadLetters, replayDeadLetters, type DeadLetterOptions } from './dead-letters.js';
import {
  commandSchedule,
  createSchedule,
  deleteSchedule,
  listSchedules,
  type Output,
  type ScheduleOptions,
} from './schedules.js';
import type { Terminal } from './terminal.js';

type Client = () => Promise<SluiceClient>;

export function addScheduleCommands(program: Command, client: Client, terminal: Terminal): void {
  const schedules = program.command('schedules').description('reports by cron and time zone');
  schedules
    .command('list')
    .option('--json', 'the page as JSON', false)
    .action(async (options: Output) => listSchedules(await client(), options, terminal));
  schedules
    .command('create <name>')
    .requiredOption('--cron <fields>', 'minute, hour, day of the month, month, day of the week')
    .option('--time-zone <name>', 'like Asia/Tokyo', 'UTC')
    .option('--report <json>', 'the body of POST /generate-report', '{}')
    .option('--paused', 'make no reports yet', false)
    .option('--json', 'the schedule as JSON', false)
    .action(async (name: string, options: ScheduleOptions) =>
      createSchedule(await client(), name, options, terminal),
    );
  for (const verb of ['pause', 'resume', 'trigger'] as const) {
    schedules
      .command(`${verb} <id>`)
      .option('--json', 'the answer as JSON', false)
      .action(async (id: string, options: Output) =>
        commandSchedule(await client(), { id, verb }, options, terminal),
      );
  }
  schedules.command('delete <id>').action(async (id: string) => deleteSchedule(await client(), id, terminal));
}

export function addDeadLetterCommands(program: Command, client: Client, terminal: Terminal): void {
  const letters = program.command('dead-letters').description('what used up its retries (for an ADMIN)');
  const withFilters = (command: Command): Command =>
    command
      .option('--kind <kind>')
      .option('--error-code <code>')
      .option('--limit <number>', 'at most this many', '20')
      .option('--json', 'the answer as JSON', false);
  withFilters(letters.command('list')).action(async (options: DeadLetterOptions) =>
    listDeadLetters(await client(), options, terminal),
  );
  withFilters(letters.command('replay [id]'))
    .description('one, or all that match')
    .option('--yes', 'do it, and not only tell what would be done', false)
    .action(async (id: string | undefined, options: DeadLetterOptions & { yes: boolean }) =>
      replayDeadLetters(await client(), { ...options, ...(id !== undefined && { id }) }, terminal),
    );
}
