import { z } from 'zod';
import { reportFormats } from '../../../domain/reports/format.js';
import type { InputOf } from '../../../client/operations.js';
import { idempotencyKey, keyed, tool, ToolError } from '../tool.js';

const input = z.strictObject({
  type: z.enum(['activity', 'cot-session', 'audit']).describe('audit is for an ADMIN.'),
  sessionId: z.string().optional().describe('Of a cot-session report.'),
  hours: z.int().min(1).optional().describe('How far an activity report looks back; 24 when left out.'),
  format: z.enum(reportFormats).optional().describe('html when left out; read_run shows md, json and csv.'),
  title: z.string().optional(),
  idempotencyKey,
});

export const reportTools = [
  tool({
    name: 'start_report',
    title: 'Start a report',
    description: 'Asks for a report and gives the id of its job. read_run shows the report once it is made.',
    input,
    changes: true,
    run: async ({ idempotencyKey: key, ...given }, { client, signal }) => {
      const { jobId } = await client.call('generateReport', {
        body: bodyOf(given),
        signal,
        ...keyed(key),
      });
      return { id: jobId, next: `read_run with id ${jobId}` };
    },
  }),
];

type Given = Omit<z.output<typeof input>, 'idempotencyKey'>;
type Body = NonNullable<InputOf<'generateReport'>['body']>;

function bodyOf({ type, sessionId, hours, format, title }: Given): Body {
  if (type === 'activity') return { type, format, title, params: { hours } };
  if (type === 'audit') return { type, format, title };
  if (sessionId === undefined) throw new ToolError('A cot-session report needs a sessionId.');
  return { type, format, title, sessionId };
}
