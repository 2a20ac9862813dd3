import { z } from 'zod';
import { stepNames } from '../../../domain/sessions/state.js';
import { idempotencyKey, keyed, tool } from '../tool.js';

const templates = tool({
  name: 'list_templates',
  title: 'List templates',
  description: 'What kinds of session there are: their phases, and what each wants to know as its input.',
  input: z.strictObject({}),
  run: async (_input, { client, signal }) => {
    const { items } = await client.call('listTemplates', { query: { limit: 100 }, signal });
    return {
      items: items.map(({ name, title, description, phases, inputSchema }) => ({
        name,
        title,
        description,
        phases: phases.map((phase) => phase.title),
        inputSchema: inputSchema ?? null,
      })),
    };
  },
});

const start = tool({
  name: 'start_session',
  title: 'Start a session',
  description:
    'Starts a session on a topic. It costs money as it runs, stops at each gate for a person, and gives its id at once.',
  input: z.strictObject({
    topic: z.string().min(1).max(10_000),
    template: z.string().optional().describe('A name of list_templates; viral-content when left out.'),
    input: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .optional()
      .describe('Material for the model, shown to it as data. It fits the inputSchema of the template.'),
    tags: z.array(z.string()).max(20).optional(),
    maxCostUsd: z.number().positive().optional().describe('It stops for a person when this is used up.'),
    idempotencyKey,
  }),
  changes: true,
  run: async ({ idempotencyKey: key, maxCostUsd, ...given }, { client, signal, url }) => {
    const budget = maxCostUsd === undefined ? undefined : { maxCostUsd };
    const body = { ...given, budget };
    const { id, status } = await client.call('createSession', { body, signal, ...keyed(key) });
    return { id, status, page: String(new URL(`/sessions/${id}`, url)) };
  },
});

const price = tool({
  name: 'price_redo',
  title: 'Price a redo',
  description:
    'What running a session again from a phase or step on would cost, and what of it would be reused. Nothing is run: a person redoes it.',
  input: z.strictObject({
    sessionId: z.string(),
    phase: z.int().min(1).max(20),
    step: z.enum(stepNames).optional(),
  }),
  run: async ({ sessionId, phase, step }, { client, signal }) => {
    const body = { from: { phase, step }, dryRun: true };
    return client.call('redoSession', { params: { id: sessionId }, body, signal });
  },
});

export const sessionTools = [templates, start, price];
