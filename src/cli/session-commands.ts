import type { Command } from 'commander';
import type { SluiceClient } from '../client/client.js';
import type { Terminal } from './terminal.js';

export interface ReviveOptions {
  readonly reason?: string;
  readonly json: boolean;
}

export function addSessionCommands(
  program: Command,
  client: () => Promise<SluiceClient>,
  terminal: Terminal,
): void {
  program
    .command('session')
    .description('what only a session can be told')
    .command('revive <id>')
    .description('go on from the stored state when Temporal no longer knows the workflow (for an ADMIN)')
    .option('--reason <text>')
    .option('--json', 'the answer as JSON', false)
    .action(async (id: string, { reason, json }: ReviveOptions) => {
      const body = reason === undefined ? {} : { reason };
      const progress = await (await client()).call('reviveSession', { params: { id }, body });
      terminal.out(json ? JSON.stringify(progress) : `${id} ${progress.status}`);
    });
}
