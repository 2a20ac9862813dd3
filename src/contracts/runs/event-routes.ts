import { z } from 'zod';
import { rawRoute } from '../route.js';
import { eventPageSchema, eventsQuery } from './event.js';

const responses = {
  200: {
    description: 'A stream of `id`, `event` and `data` until the final event; or a page as JSON',
    body: eventPageSchema,
    stream: true,
  },
  101: { description: 'With `Upgrade: websocket`: the same events as messages.' },
  204: { description: 'The run is finished and you have its last event. Do not connect again.' },
} as const;

/** The events of one kind of run: a stream or a page, by what the caller accepts. */
export function eventRoute<const Path extends string, const Name extends string>(spec: {
  /** With `:id`, for example `/jobs/:id/events`. */
  readonly path: Path;
  readonly operationId: Name;
  readonly tag: string;
  readonly id: z.ZodType<string>;
  readonly missing?: string;
}) {
  const { id, ...named } = spec;
  return rawRoute({
    ...named,
    method: 'GET',
    summary: 'Its events: a stream (SSE, or WebSocket with Upgrade), or a page with Accept: application/json',
    access: 'user',
    params: z.object({ id }),
    query: eventsQuery,
    responses,
    problems: ['not_found', 'not_acceptable', 'rate_limited'],
  });
}
