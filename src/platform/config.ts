import type { z } from 'zod';
import type { Variable } from './config/variable-kinds.js';
import { variables } from './config/variables.js';

export type Config = Readonly<{
  [Key in keyof typeof variables]: z.output<(typeof variables)[Key]['schema']>;
}>;

/** The faults of a configuration, a sentence each. Never shows the value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * The only reader of the environment. An empty variable counts as unset, as in `FOO= npm start`.
 * A wrong value stops the start with the variable's name, what was given and what is allowed.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const problems: string[] = [];
  const entries = Object.entries(variables).map(([key, variable]: [string, Variable]) => {
    const given = env[variable.env] === '' ? undefined : env[variable.env];
    const parsed = variable.schema.safeParse(given);
    if (!parsed.success) problems.push(describe(variable, given, parsed.error));
    return [key, parsed.data];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(Object.fromEntries(entries)) as Config;
}

/** The environment for a child process: what this one was given, and more. */
export function environmentWith(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}

/** Every process that this one starts from now on finds it in its environment. */
export function passOn(name: string, value: string): void {
  process.env[name] = value;
}

function describe(variable: Variable, given: string | undefined, error: z.ZodError): string {
  const shown =
    given === undefined ? 'nothing' : variable.secret ? 'a value that is not shown' : JSON.stringify(given);
  const why = variable.allowed ?? error.issues.map((issue) => issue.message).join(', ');
  return `${variable.env}: given ${shown}, allowed: ${why}`;
}
