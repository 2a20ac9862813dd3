import { Command, CommanderError, Option } from 'commander';
import { UsageError, exitCodeOf, exitCodes, linesOf, CliError } from './cli-error.js';
import { Given, type CommandSpec, type OptionSpec } from './command.js';
import { commands, nouns } from './commands.js';
import { optionsOf, outputOption } from './options.js';
import { createContext, type CommonFlags, type Context, type Surroundings } from './context.js';
import { ShownRequest } from './keyed-fetch.js';
import { version } from '../contracts/version.js';
import { readIds } from './stdin.js';
import { ApiProblem } from '../client/problem.js';
import { ConfigError } from '../platform/config.js';

export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('sluice')
    .version(version)
    .description('Long, expensive, half-automatic work that is never lost.')
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 error, 2 usage, 3 auth, 4 not found, 5 needs a person, 130 interrupted.',
    )
    .exitOverride();
  const parents = new Map([['', program]]);
  for (const spec of commands) {
    const words = spec.name.split(' ');
    const verb = words.pop() ?? '';
    addCommand(parentOf(parents, words), surroundings, { verb, spec });
  }
  return program;
}

function parentOf(parents: Map<string, Command>, words: readonly string[]): Command {
  const name = words.join(' ');
  const known = parents.get(name);
  if (known !== undefined) return known;
  const parent = parentOf(parents, words.slice(0, -1))
    .command(words.at(-1) ?? '')
    .description(nouns[name] ?? '');
  parents.set(name, parent);
  return parent;
}

function addCommand(
  parent: Command,
  surroundings: Surroundings,
  { verb, spec }: { readonly verb: string; readonly spec: CommandSpec },
): void {
  const command = parent.command(verb).description(spec.about);
  for (const argument of spec.args ?? []) command.argument(argument);
  for (const option of optionsOf(spec)) command.addOption(optionOf(option));
  command.addHelpText('after', ['\nExamples:', ...spec.examples].join('\n  '));
  command.action(async () => run(spec, command, surroundings));
}

function optionOf({ flags, about, choices, many, standard }: OptionSpec): Option {
  const option = new Option(flags, about);
  if (many === true) option.argParser((value, before?: readonly string[]) => [...(before ?? []), value]);
  if (standard !== undefined) option.default(standard);
  // The API says what else is allowed; only the formats of the output are our own.
  if (choices !== undefined && flags === outputOption.flags) option.choices([...choices]);
  return option;
}

async function run(spec: CommandSpec, command: Command, surroundings: Surroundings): Promise<void> {
  const given = new Given(command.opts());
  const flags: CommonFlags = {
    url: given.text('url'),
    apiKey: given.text('apiKey'),
    profile: given.text('profile'),
    output: (given.text('output') ?? 'table') as CommonFlags['output'],
    dryRun: given.flag('dryRun'),
    idempotencyKey: given.text('idempotencyKey'),
  };
  const context = createContext(surroundings, flags, flags.dryRun && spec.kind === 'sends');
  const args = command.processedArgs as (string | string[] | undefined)[];
  const last = args.at(-1);
  if (!Array.isArray(last)) {
    await guarded(context, () => spec.run(context, args as string[], given));
    return;
  }
  const ids = last.length === 1 && last[0] === '-' ? await readIds() : last;
  const before = args.slice(0, -1) as string[];
  for (const id of ids) await guarded(context, () => spec.run(context, [...before, id], given));
}

/** A refused id does not keep the others from their turn. */
async function guarded({ terminal, fail }: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const cause = error instanceof ApiProblem ? error.cause : undefined;
    if (cause instanceof ShownRequest) terminal.out(JSON.stringify(cause.request));
    else {
      explain(error, terminal.err);
      fail(exitCodeOf(error));
    }
  }
}

/** The failures, in sentences. Anything else is a fault of ours and keeps its stack. */
export function explain(error: unknown, say: (line: string) => void): void {
  if (error instanceof ApiProblem) say(linesOf(error));
  else if (error instanceof CliError || error instanceof ConfigError) say(error.message);
  else throw error;
}

/** Commander has written its own sentence by then. */
export function exitCodeOfParsing(error: unknown): number | undefined {
  if (error instanceof UsageError) return exitCodes.usage;
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}
