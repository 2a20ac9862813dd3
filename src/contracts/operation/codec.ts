import { z } from 'zod';
import { writeRoute } from '../route.js';

const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .max(4_194_304);

/** As protobuf's JSON writes it: bytes in base64. */
export const payloadSchema = z
  .object({ metadata: z.record(z.string().max(200), base64).optional(), data: base64.optional() })
  .meta({ id: 'TemporalPayload' });
export type WirePayload = z.infer<typeof payloadSchema>;

const payloads = z.object({ payloads: z.array(payloadSchema).max(1_000) });
export const codecBody = payloads.meta({ id: 'TemporalPayloads' });

/**
 * The Web UI sends it each time. `decode` keeps references to stored contents in any case, and `download` follows them.
 * Further parameters are ignored: the protocol is Temporal's, and grows.
 */
const codecQuery = z.object({ preserveStorageRefs: z.enum(['true', 'false']).optional() });

/** The protocol of remote codecs, as the Temporal Web UI and the `temporal` command speak it. */
const codecRoute = {
  method: 'POST',
  tag: 'Operation',
  access: 'view_payloads',
  temporalUi: true,
  query: codecQuery,
  body: codecBody,
  problems: ['payload_unreadable'],
} as const;

export const codecRoutes = {
  decodePayloads: writeRoute({
    ...codecRoute,
    path: '/api/v1/codec/decode',
    operationId: 'decodePayloads',
    summary: 'Payloads of the history at Temporal in plain text; leaves an audit entry',
    responses: { 200: { description: 'The same payloads, opened', body: codecBody } },
  }),
  encodePayloads: writeRoute({
    ...codecRoute,
    path: '/api/v1/codec/encode',
    operationId: 'encodePayloads',
    summary: 'Payloads as this house writes them into the history',
    responses: { 200: { description: 'The same payloads, sealed', body: codecBody } },
  }),
  downloadPayloads: writeRoute({
    ...codecRoute,
    path: '/api/v1/codec/download',
    operationId: 'downloadPayloads',
    summary:
      'Payloads in plain text, with stored contents in the place of their references; leaves an audit entry',
    responses: { 200: { description: 'Opened, and followed to what is stored', body: codecBody } },
  }),
};
