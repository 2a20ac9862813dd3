import { writeFile } from 'node:fs/promises';
import { CliError } from './cli-error.js';
import type { OptionSpec } from './command.js';
import type { Context } from './context.js';

export const waitOption: OptionSpec = {
  flags: '--wait',
  about: 'until its end: exit 1 when it fails, 5 when it needs a person',
};
export const fileOption: OptionSpec = { flags: '--file <path>', about: 'write it there' };

const BINARY = /pdf|parquet|spreadsheet|octet-stream/;

/** A download goes to a file, or to stdout where it is text. */
export async function resultTo(
  { terminal }: Pick<Context, 'terminal'>,
  answer: Response,
  file: string | undefined,
): Promise<void> {
  if (file !== undefined) {
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    terminal.err(`written to ${file}`);
    return;
  }
  const type = answer.headers.get('Content-Type') ?? '';
  if (BINARY.test(type)) {
    await answer.body?.cancel();
    throw new CliError(`${type} is not for the terminal: write it to a file with --file PATH.`);
  }
  terminal.out(await answer.text());
}
