import type { InputOf, ItemOf } from '../../client/operations.js';
import { UsageError } from '../cli-error.js';
import type { CommandSpec } from '../command.js';
import { listing, showOne, type Columns } from '../show.js';

const columns: Columns<Pick<ItemOf<'listTemplates'>, 'name' | 'version' | 'createdAt'>> = [
  ['name', ({ name }) => name],
  ['version', ({ version }) => version],
  ['created', ({ createdAt }) => createdAt],
];

export const templateCommands: readonly CommandSpec[] = [
  listing({
    name: 'template list',
    about: 'templates of sessions',
    operation: 'listTemplates',
    columns,
    filters: [],
    examples: ['sluice template list'],
  }),
  {
    name: 'template get',
    about: 'a template as JSON',
    args: ['<name>'],
    examples: ['sluice template get viral-content'],
    run: async ({ client, terminal }, [name = '']) =>
      terminal.out(JSON.stringify(await (await client()).call('getTemplate', { params: { name } }), null, 2)),
  },
  {
    name: 'template publish',
    about: 'a new version of a template, from JSON (for an ADMIN)',
    kind: 'sends',
    options: [{ flags: '--template <json>', about: 'the template; @file reads a file' }],
    examples: ['sluice template publish --template @my-template.json'],
    run: async (context, _args, given) => {
      const body = (await given.json('template')) as InputOf<'publishTemplate'>['body'] | undefined;
      if (body === undefined) throw new UsageError('--template gives the template.');
      showOne(context, await (await context.client()).call('publishTemplate', { body }), columns);
    },
  },
];
