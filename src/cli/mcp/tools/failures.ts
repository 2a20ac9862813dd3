import { z } from 'zod';
import { failureKinds } from '../../../contracts/runs/failure.js';
import { tool } from '../tool.js';

export const failureTools = [
  tool({
    name: 'list_failures',
    title: 'List failures',
    description: 'Failed steps, jobs and deliveries that nobody has retried yet, grouped by what went wrong.',
    input: z.strictObject({ kind: z.enum(failureKinds).optional() }),
    run: (query, { client, signal }) => client.call('listFailures', { query, signal }),
  }),
];
