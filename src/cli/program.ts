import { Command } from 'commander';
import type { Config } from '../platform/config.js';
import { createClient, type SluiceClient } from '../client/client.js';
import type { AuditVerifyOptions } from './audit-verify.js';
import { checks } from './checks/index.js';
import { readLocalStack, resolveConnection } from './connection.js';
import { runDoctor, type DoctorOptions } from './doctor.js';
import { addDeadLetterCommands, addScheduleCommands } from './job-commands.js';
import { makeReport, type ReportOptions } from './report.js';
import { cancelRun, listRuns, type RunsOptions } from './runs.js';
import { addSessionCommands } from './session-commands.js';
import type { Terminal } from './terminal.js';
import { watchRun } from './watch.js';

/** `fail` sets the exit code without ending the process, so that what was written gets out. */
export interface ProgramDeps {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly fail: () => void;
}

export function createProgram(deps: ProgramDeps): Command {
  const program = new Command('sluice').description(
    'Long, expensive, half-automatic work that is never lost.',
  );
  addClientCommands(program, deps);
  addAuditCommands(program, deps);
  addOperatorCommands(program, deps);
  return program;
}

/** What anybody does with an API key. */
function addClientCommands(program: Command, { config, terminal, fail }: ProgramDeps): void {
  const client = async (): Promise<SluiceClient> => {
    const { url, apiKey } = await resolveConnection(config);
    return createClient({ baseUrl: url, token: apiKey });
  };
  program
    .command('report')
    .description('make a report, follow it and print the result')
    .option('--type <type>', 'activity, cot-session or audit')
    .option('--format <format>', 'html, pdf, md, json or csv')
    .option('--title <title>')
    .option('--session <id>', 'for cot-session')
    .option('-o, --output <file>', 'write the result there')
    .option('--json', 'the events as JSON lines', false)
    .action(async (options: ReportOptions) => makeReport(await client(), options, terminal));
  program
    .command('runs')
    .description('list jobs, newest first')
    .option('--kind <kind>')
    .option('--status <status>')
    .option('--limit <number>', '1 to 100', '20')
    .option('--json', 'the page as JSON', false)
    .action(async (options: RunsOptions) => listRuns(await client(), options, terminal));
  program
    .command('watch <id>')
    .description('follow the events of a job or a session to its end')
    .option('--after <position>', 'begin after this position; 0 is the beginning', Number)
    .option('--json', 'the events as JSON lines', false)
    .action(async (id: string, options: { json: boolean; after?: number }) => {
      if (!(await watchRun(await client(), id, options, terminal))) fail();
    });
  program
    .command('cancel <id>')
    .description('stop a job or a session')
    .option('--reason <text>')
    .option('--json', 'the answer as JSON', false)
    .action(async (id: string, options: { json: boolean; reason?: string }) =>
      cancelRun(await client(), id, options, terminal),
    );
  addScheduleCommands(program, client, terminal);
  addDeadLetterCommands(program, client, terminal);
  addSessionCommands(program, client, terminal);
}

/** Needs no server: whoever was given the file can do it. */
function addAuditCommands(program: Command, { terminal, fail }: ProgramDeps): void {
  program
    .command('audit')
    .description('work with exported audit logs')
    .command('verify <file>')
    .description('check the hash chain and the signatures of an export (.ndjson or .csv)')
    .option('--key <hex>', 'public key that it must be signed with')
    .option('--json', 'one JSON document', false)
    .action(async (file: string, options: AuditVerifyOptions) => {
      const { auditVerifyCommand } = await import('./audit-verify.js');
      if (!(await auditVerifyCommand(file, options, terminal))) fail();
    });
}

/**
 * What whoever runs the system does, on its parts themselves. Their drivers are a second of loading that no other
 * command should wait for.
 */
function addOperatorCommands(program: Command, { config, terminal, fail }: ProgramDeps): void {
  program
    .command('doctor')
    .description('say what is wrong with the configuration and the parts, and what to do about it')
    .option('--only <checks>', `some of ${checks.map((check) => check.name).join(',')}`)
    .option('--json', 'one JSON document', false)
    .action(async (options: DoctorOptions) => {
      const local = await readLocalStack(config.home);
      if (!(await runDoctor(checks, { config, local }, options, terminal))) fail();
    });
  program
    .command('migrate')
    .description('bring the database of DATABASE_URL to the schema of this version')
    .action(async () => {
      const { migrate } = await import('./migrate.js');
      await migrate(config, terminal);
    });
  program
    .command('temporal')
    .description('the Temporal server behind the database of DATABASE_URL')
    .command('adopt')
    .description('accept another namespace or server as the one that runs its workflows')
    .action(async () => {
      const { adoptTemporal } = await import('./adopt-temporal.js');
      await adoptTemporal(config, terminal);
    });
  program
    .command('create-admin <email>')
    .description('make the first administrator in the database of DATABASE_URL and print an API key')
    .option('--name <name>')
    .action(async (email: string, options: { name?: string }) => {
      const { createAdmin } = await import('./create-admin.js');
      await createAdmin(config, email, options, terminal);
    });
}
