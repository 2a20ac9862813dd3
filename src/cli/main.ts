#!/usr/bin/env node
import { ConfigError, loadConfig } from '../platform/config.js';
import { ApiProblem } from '../client/problem.js';
import { CliError, linesOf } from './cli-error.js';
import { createProgram } from './program.js';

const terminal = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  err: (line: string) => void process.stderr.write(`${line}\n`),
};

// `sluice watch … | head` closes the pipe: that is an end, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const fail = (): void => void (process.exitCode = 1);
  await createProgram({ config: loadConfig(), terminal, fail }).parseAsync();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof ApiProblem) terminal.err(linesOf(error));
  else if (error instanceof CliError || error instanceof ConfigError) terminal.err(error.message);
  else throw error;
}
