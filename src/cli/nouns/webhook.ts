import type { AnswerOf, InputOf } from '../../client/operations.js';
import type { CommandSpec, OptionSpec } from '../command.js';
import { listing, showOne, type Columns } from '../show.js';

const columns: Columns<AnswerOf<'getWebhook'>> = [
  ['id', ({ id }) => id],
  ['active', ({ isActive }) => isActive],
  ['url', ({ url }) => url],
  ['events', ({ events }) => events.join(',')],
];

type Events = InputOf<'createWebhook'>['body']['events'];
const reason: OptionSpec = { flags: '--reason <text>', about: 'for the audit log' };

const create: CommandSpec = {
  name: 'webhook create',
  about: 'deliveries to an address; the secret is in the answer, this once',
  kind: 'sends',
  args: ['<url>'],
  options: [
    { flags: '--event <name>', about: 'every event when left out', many: true },
    { flags: '--description <text>', about: 'for people' },
    reason,
  ],
  examples: ['sluice webhook create https://example.org/hook --event gate.opened'],
  run: async (context, [url = ''], given) => {
    const body: InputOf<'createWebhook'>['body'] = {
      url,
      events: (given.many('event') ?? ['*']) as Events,
      description: given.text('description'),
      reason: given.text('reason'),
    };
    context.terminal.out(JSON.stringify(await (await context.client()).call('createWebhook', { body })));
  },
};

const change: CommandSpec = {
  name: 'webhook change',
  about: 'address, events, description; --off keeps it and delivers nothing',
  kind: 'sends',
  args: ['<id>'],
  options: [
    { flags: '--to <address>', about: 'a new one' },
    { flags: '--event <name>', about: 'these instead of the old ones', many: true },
    { flags: '--description <text>', about: 'for people' },
    { flags: '--on', about: 'deliver again' },
    { flags: '--off', about: 'deliver nothing until it is on' },
    reason,
  ],
  examples: ['sluice webhook change whk_… --event gate.opened --event session.completed'],
  run: async (context, [id = ''], given) => {
    const client = await context.client();
    // The version that was read: somebody else's change meanwhile is not written over.
    const { version } = await client.call('getWebhook', { params: { id } });
    const body: InputOf<'changeWebhook'>['body'] = {
      url: given.text('to'),
      events: given.many('event') as Events | undefined,
      description: given.text('description'),
      isActive: given.flag('off') ? false : given.said('on'),
      reason: given.text('reason'),
    };
    const input = { params: { id }, body, ifMatch: version };
    showOne(context, await client.call('changeWebhook', input), columns);
  },
};

const delivery: Columns<{ readonly deliveryId: string }> = [['id', ({ deliveryId }) => deliveryId]];

export const webhookCommands: readonly CommandSpec[] = [
  listing({
    name: 'webhook list',
    about: 'webhooks',
    operation: 'listWebhooks',
    columns,
    filters: [{ flags: '--is-active <flag>', about: 'true or false', choices: ['true', 'false'] }],
    examples: ['sluice webhook list'],
  }),
  {
    name: 'webhook get',
    about: 'webhooks by their ids',
    args: ['<id...>'],
    examples: ['sluice webhook get whk_…'],
    run: async (context, [id = '']) =>
      showOne(context, await (await context.client()).call('getWebhook', { params: { id } }), columns),
  },
  create,
  change,
  {
    name: 'webhook remove',
    about: 'deliver nothing there any more',
    kind: 'sends',
    args: ['<id...>'],
    options: [reason],
    examples: ['sluice webhook remove whk_…'],
    run: async (context, [id = ''], given) => {
      const body = { reason: given.text('reason') };
      await (await context.client()).call('removeWebhook', { params: { id }, body });
      context.terminal.err(`${id} is removed`);
    },
  },
  {
    name: 'webhook test',
    about: 'deliver a test message now',
    kind: 'sends',
    args: ['<id>'],
    examples: ['sluice webhook test whk_…'],
    run: async (context, [id = '']) =>
      showOne(context, await (await context.client()).call('testWebhook', { params: { id } }), delivery),
  },
  {
    name: 'webhook rotate-secret',
    about: 'a new secret, in the answer; the old one signs beside it for a while',
    kind: 'sends',
    args: ['<id>'],
    options: [reason],
    examples: ['sluice webhook rotate-secret whk_…'],
    run: async (context, [id = ''], given) => {
      const body = { reason: given.text('reason') };
      const answer = await (await context.client()).call('rotateWebhookSecret', { params: { id }, body });
      context.terminal.out(JSON.stringify(answer));
    },
  },
  listing({
    name: 'webhook deliveries',
    about: 'what was delivered, newest first',
    operation: 'listWebhookDeliveries',
    args: ['<id>'],
    columns: [
      ['id', ({ id }) => id],
      ['status', ({ status }) => status],
      ['event', ({ event }) => event],
      ['attempts', ({ attempts }) => attempts],
    ],
    filters: [{ flags: '--status <status>', about: 'like failed' }],
    examples: ['sluice webhook deliveries whk_… --status failed'],
  }),
  {
    name: 'webhook redeliver',
    about: 'deliver messages again',
    kind: 'sends',
    args: ['<id>', '<delivery-id...>'],
    examples: ['sluice webhook redeliver whk_… dlv_…'],
    run: async (context, [id = '', deliveryId = '']) => {
      const params = { id, deliveryId };
      showOne(context, await (await context.client()).call('redeliverWebhook', { params }), delivery);
    },
  },
];
