import { writeFile } from 'node:fs/promises';
import type { SluiceClient } from '../client/client.js';
import type { InputOf } from '../client/operations.js';
import { CliError } from './cli-error.js';
import type { Terminal } from './terminal.js';
import { watchRun } from './watch.js';

export interface ReportOptions {
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly session?: string;
  readonly output?: string;
  readonly json: boolean;
}

/** Asks for a report, follows it, and prints the result or writes it to a file. */
export async function makeReport(
  client: SluiceClient,
  options: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const { type, format, title, session } = options;
  // The API says which types and formats there are.
  const body = { type, format, title, sessionId: session } as InputOf<'generateReport'>['body'];
  const { jobId: id } = await client.call('generateReport', body === undefined ? {} : { body });
  if (!options.json) terminal.err(`job ${id} accepted`);
  // The job may be under way already: its story is told from the beginning.
  const succeeded = await watchRun(client, id, { json: options.json, after: 0 }, terminal);
  if (!succeeded) {
    const job = await client.call('getJob', { params: { id } });
    throw new CliError(
      `The report ended as ${job.status}${job.error ? `: ${JSON.stringify(job.error)}` : ''}.`,
    );
  }
  await warnOfGaps(client, id, terminal);
  const result = await client.send('getJobResult', { params: { id } });
  if (options.output !== undefined) {
    await writeFile(options.output, Buffer.from(await result.arrayBuffer()));
    terminal.err(`written to ${options.output}`);
  } else if (!options.json) {
    if (result.headers.get('Content-Type') === 'application/pdf') {
      await result.body?.cancel();
      throw new CliError('A PDF is not for the terminal: write it to a file with --output FILE.');
    }
    terminal.out(await result.text());
  }
}

async function warnOfGaps(client: SluiceClient, id: string, terminal: Terminal): Promise<void> {
  const { sections = [] } = await client.call('getJob', { params: { id } });
  for (const { title, status, error } of sections) {
    if (status === 'missing') terminal.err(`missing: ${title}: ${error ?? ''}`);
  }
}
