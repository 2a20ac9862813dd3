import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../client/client.js';
import { checks } from '../checks/index.js';
import { exitCodes, UsageError } from '../cli-error.js';
import type { CommandSpec } from '../command.js';
import { readLocalStack } from '../connection.js';
import { runDoctor } from '../doctor.js';
import { profileFile, STANDARD_PROFILE, writeProfile } from '../profile.js';
import { readSecret } from '../stdin.js';

const login: CommandSpec = {
  name: 'login',
  about: 'keep an address and an API key in a profile; the key is read from stdin',
  examples: ['sluice login --url https://sluice.example.org', 'sluice login --profile work --url … < key'],
  run: async ({ config, flags, terminal }) => {
    const url = flags.url ?? config.apiUrl;
    if (url === undefined) throw new UsageError('--url gives the address of the API.');
    const apiKey = flags.apiKey ?? (await readSecret('API key: '));
    if (apiKey === '') throw new UsageError('An API key is needed: none was given.');
    const me = await createClient({ baseUrl: url, token: apiKey }).call('me');
    const file = profileFile(flags.profile ?? STANDARD_PROFILE, config.configHome);
    await writeProfile(file, { url, apiKey });
    terminal.err(`signed in as ${me.name} (${me.role}); kept in ${file}`);
  },
};

const dev: CommandSpec = {
  name: 'dev',
  about: 'start everything on this machine: database, Temporal, API, workers, console',
  kind: 'local',
  examples: ['sluice dev'],
  run: async ({ fail }) => {
    const program = fileURLToPath(new URL('../../dev/main.js', import.meta.url));
    // Ctrl-C reaches the child too, which stops its parts in order: this process waits for it.
    const wait = (): void => undefined;
    process.on('SIGINT', wait);
    const child = spawn(process.execPath, [program], { stdio: 'inherit' });
    process.once('SIGTERM', () => child.kill('SIGTERM'));
    const [code] = (await once(child, 'exit')) as [number | null];
    fail(code ?? exitCodes.error);
  },
};

/** Commands for the parts themselves. Their drivers are a second of loading that no other command should wait for. */
export const setupCommands: readonly CommandSpec[] = [
  dev,
  login,
  {
    name: 'doctor',
    about: 'say what is wrong with the configuration and the parts, and what to do about it',
    kind: 'local',
    options: [{ flags: '--only <checks>', about: `some of ${checks.map(({ name }) => name).join(',')}` }],
    examples: ['sluice doctor --only postgresql,temporal'],
    run: async ({ config, flags, terminal, fail }, _args, given) => {
      const local = await readLocalStack(config.home);
      const only = given.text('only');
      const json = flags.output === 'json';
      const options = only === undefined ? { json } : { only, json };
      if (!(await runDoctor(checks, { config, local }, { options, terminal }))) fail(exitCodes.error);
    },
  },
  {
    name: 'migrate',
    about: 'bring the database of DATABASE_URL to the schema of this version',
    kind: 'local',
    examples: ['sluice migrate'],
    run: async ({ config, terminal }) => {
      const { migrate } = await import('../migrate.js');
      await migrate(config, terminal);
    },
  },
  {
    name: 'create-admin',
    about: 'make the first administrator in the database of DATABASE_URL and print an API key',
    kind: 'local',
    args: ['<email>'],
    options: [{ flags: '--name <name>', about: 'of the administrator' }],
    examples: ['sluice create-admin ana@example.org'],
    run: async ({ config, terminal }, [email = ''], given) => {
      const { createAdmin } = await import('../create-admin.js');
      const name = given.text('name');
      await createAdmin(config, terminal, { email, name });
    },
  },
];
