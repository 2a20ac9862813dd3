import type { CommandSpec, OptionSpec } from './command.js';

const connectionOptions: readonly OptionSpec[] = [
  { flags: '--url <url>', about: 'address of the API' },
  { flags: '--api-key <key>', about: 'key for it; SLUICE_API_KEY keeps it out of the list of processes' },
  { flags: '--profile <name>', about: 'one that `sluice login` has kept' },
];

export const outputOption: OptionSpec = {
  flags: '-o, --output <format>',
  about: 'table for people, json for programs, ids for the next command',
  standard: 'table',
  choices: ['table', 'json', 'ids'],
};

const changeOptions: readonly OptionSpec[] = [
  { flags: '--dry-run', about: 'show what would be done' },
  { flags: '--idempotency-key <key>', about: 'the same key later takes effect once' },
];

/** All options of a command, its own first. */
export function optionsOf({ kind, options = [] }: CommandSpec): readonly OptionSpec[] {
  const asksApi = kind !== 'local';
  const changes = kind === 'sends' || kind === 'previews';
  return [...options, ...(changes ? changeOptions : []), outputOption, ...(asksApi ? connectionOptions : [])];
}
