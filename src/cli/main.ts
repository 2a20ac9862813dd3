#!/usr/bin/env node
import { ConfigError, loadConfig } from '../platform/config.js';
import { exitCodes } from './cli-error.js';
import { runPlugin } from './plugin.js';
import { createProgram, exitCodeOfParsing, explain } from './program.js';
import { createTerminal } from './terminal.js';

const { stdout, stderr, argv } = process;
const terminal = createTerminal({ stdout, stderr });

// `sluice watch … | head` closes the pipe: that is an end, not an error.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.once('SIGINT', () => {
  terminal.live('');
  process.exit(exitCodes.interrupted);
});

try {
  // The first failure counts: later ids of one command do not hide it.
  const fail = (code: number): void => void (process.exitCode ??= code);
  const program = createProgram({ config: loadConfig(), terminal, fail });
  const plugin = await runPlugin(program, argv.slice(2));
  if (plugin === undefined) await program.parseAsync(argv);
  else process.exitCode = plugin;
} catch (error) {
  const parsing = exitCodeOfParsing(error);
  process.exitCode = parsing ?? (error instanceof ConfigError ? exitCodes.usage : exitCodes.error);
  if (parsing === undefined) explain(error, terminal.err);
}
