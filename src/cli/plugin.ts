import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { exitCodes } from './cli-error.js';

/**
 * Runs `sluice-<name>` of the PATH for a first word that is no command of ours. Gives its exit code. Undefined when there is
 * no such program, so that the usual refusal of an unknown command follows.
 */
export async function runPlugin(
  program: Command,
  [name, ...args]: readonly string[],
): Promise<number | undefined> {
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
  if (name === 'help' || program.commands.some((command) => command.name() === name)) return undefined;
  return new Promise((resolve, reject) => {
    const child = spawn(`sluice-${name}`, args, { stdio: 'inherit' });
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    child.on('exit', (code) => resolve(code ?? exitCodes.interrupted));
  });
}
