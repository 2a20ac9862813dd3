import { spawn } from 'node:child_process';
import { CliError } from '../cli-error.js';
import type { CommandSpec } from '../command.js';
import { callsOf } from '../run-address.js';

const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

export const temporalCommands: readonly CommandSpec[] = [
  {
    name: 'temporal open',
    about: 'the workflow of a run in the Temporal Web UI: its address, and on a screen the page',
    args: ['<id>'],
    examples: ['sluice temporal open ses_…'],
    run: async ({ client, terminal }, [id = '']) => {
      const address = await callsOf(id).temporal(await client(), id);
      if (address === null)
        throw new CliError('The API knows no Temporal Web UI: set TEMPORAL_UI_URL there.');
      terminal.out(address);
      if (process.stdout.isTTY) show(address);
    },
  },
  {
    name: 'temporal adopt',
    about: 'accept another namespace or server as the one that runs the workflows of DATABASE_URL',
    kind: 'local',
    examples: ['sluice temporal adopt'],
    run: async ({ config, terminal }) => {
      const { adoptTemporal } = await import('../adopt-temporal.js');
      await adoptTemporal(config, terminal);
    },
  },
];

/** A machine without a browser has the address on its terminal. */
function show(address: string): void {
  const opener = openers[process.platform];
  if (opener === undefined) return;
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
