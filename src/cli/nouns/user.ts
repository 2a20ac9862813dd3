import type { AnswerOf, InputOf } from '../../client/operations.js';
import type { CommandSpec, OptionSpec } from '../command.js';
import { listing, showOne, type Columns } from '../show.js';

const columns: Columns<AnswerOf<'getUser'>> = [
  ['id', ({ id }) => id],
  ['role', ({ role }) => role],
  ['active', ({ isActive }) => isActive],
  ['e-mail', ({ email }) => email],
  ['name', ({ name }) => name],
];

const you: Columns<AnswerOf<'me'>> = [
  ['id', ({ id }) => id],
  ['role', ({ role }) => role],
  ['permissions', ({ permissions }) => permissions.join(', ')],
  ['e-mail', ({ email }) => email],
  ['name', ({ name }) => name],
];

const role: OptionSpec = { flags: '--role <role>', about: 'what they may do', choices: ['ANALYST', 'ADMIN'] };
const reason: OptionSpec = { flags: '--reason <text>', about: 'for the audit log' };
type Role = InputOf<'createUser'>['body']['role'];

const create: CommandSpec = {
  name: 'user create',
  about: 'a user; an API key is another command',
  kind: 'sends',
  args: ['<email>', '<name>'],
  options: [role, reason],
  examples: ['sluice user create ana@example.org "Ana Ito" --role ANALYST'],
  run: async (context, [email = '', name = ''], given) => {
    const body = { email, name, role: given.text('role') as Role, reason: given.text('reason') };
    showOne(context, await (await context.client()).call('createUser', { body }), columns);
  },
};

const change: CommandSpec = {
  name: 'user change',
  about: 'name, role, e-mail address; --activate takes a deactivation back',
  kind: 'sends',
  args: ['<id>'],
  options: [
    role,
    { flags: '--email <address>', about: 'a new one' },
    { flags: '--name <name>', about: 'a new one' },
    { flags: '--activate', about: 'may sign in again' },
    reason,
  ],
  examples: ['sluice user change usr_… --role ADMIN --reason "on call"'],
  run: async (context, [id = ''], given) => {
    const client = await context.client();
    // The version that was read: somebody else's change meanwhile is not written over.
    const { version } = await client.call('getUser', { params: { id } });
    const body: InputOf<'changeUser'>['body'] = {
      role: given.text('role') as Role,
      email: given.text('email'),
      name: given.text('name'),
      isActive: given.said('activate'),
      reason: given.text('reason'),
    };
    const input = { params: { id }, body, ifMatch: version };
    showOne(context, await client.call('changeUser', input), columns);
  },
};

const key: CommandSpec = {
  name: 'user key create',
  about: 'an API key; its secret is shown this once',
  kind: 'sends',
  args: ['<user-id>', '<name>'],
  options: [{ flags: '--expires-at <time>', about: 'RFC 3339' }, reason],
  examples: ['sluice user key create usr_… laptop --expires-at 2027-12-31T00:00:00Z'],
  run: async (context, [id = '', name = ''], given) => {
    const body = { name, expiresAt: given.text('expiresAt'), reason: given.text('reason') };
    const made = await (await context.client()).call('issueApiKey', { params: { id }, body });
    context.terminal.out(JSON.stringify(made));
  },
};

export const userCommands: readonly CommandSpec[] = [
  listing({
    name: 'user list',
    about: 'users, newest first',
    operation: 'listUsers',
    columns,
    filters: [
      role,
      { flags: '--is-active <flag>', about: 'true or false', choices: ['true', 'false'] },
      { flags: '--q <text>', about: 'beginning of the name or the e-mail address' },
    ],
    examples: ['sluice user list --role ADMIN'],
  }),
  {
    name: 'user get',
    about: 'users by their ids',
    args: ['<id...>'],
    examples: ['sluice user get usr_…'],
    run: async (context, [id = '']) =>
      showOne(context, await (await context.client()).call('getUser', { params: { id } }), columns),
  },
  {
    name: 'user me',
    about: 'whose key this is',
    examples: ['sluice user me'],
    run: async (context) => showOne(context, await (await context.client()).call('me'), you),
  },
  create,
  change,
  {
    name: 'user deactivate',
    about: 'end all that users may do; their records stay',
    kind: 'sends',
    args: ['<id...>'],
    options: [reason],
    examples: ['sluice user deactivate usr_… --reason "has left"'],
    run: async (context, [id = ''], given) => {
      const body = { reason: given.text('reason') };
      await (await context.client()).call('deactivateUser', { params: { id }, body });
      context.terminal.err(`${id} is deactivated`);
    },
  },
  key,
  listing({
    name: 'user key list',
    about: 'API keys of a user, without their secrets',
    operation: 'listApiKeys',
    args: ['<user-id>'],
    columns: [
      ['id', ({ id }) => id],
      ['name', ({ name }) => name],
      ['created', ({ createdAt }) => createdAt],
    ],
    filters: [],
    examples: ['sluice user key list usr_…'],
  }),
  {
    name: 'user key revoke',
    about: 'end an API key now',
    kind: 'sends',
    args: ['<user-id>', '<key-id>'],
    examples: ['sluice user key revoke usr_… key_…'],
    run: async (context, [id = '', keyId = '']) => {
      await (await context.client()).call('revokeApiKey', { params: { id, keyId } });
      context.terminal.err(`${keyId} is revoked`);
    },
  },
];
