import { codecRoutes, type WirePayload } from '../../contracts/operation/codec.js';
import { recordPayloadView } from '../../operations/audit/record-payload-view.js';
import { findBlob } from '../../db/runs/blobs.js';
import type { Db } from '../../db/base/sql.js';
import type { SealingCodec } from '../../platform/temporal/payload-codec.js';
import { Problem } from '../http/problems.js';
import { implement, reply, type Route } from '../http/route.js';

type Payload = Parameters<SealingCodec['encode']>[0][number];

/** For the Temporal Web UI and the `temporal` command. Without keys payloads are plain, and pass through unchanged. */
export function createCodecRoutes({
  payloadCodec,
}: {
  readonly payloadCodec?: SealingCodec | undefined;
}): Route[] {
  const decode = async (given: readonly WirePayload[]): Promise<Payload[]> => {
    const payloads = given.map(fromWire);
    try {
      return (await payloadCodec?.decode(payloads)) ?? payloads;
    } catch (error) {
      throw new Problem('payload_unreadable', {
        detail: String(error instanceof Error ? error.message : error),
      });
    }
  };
  return [
    implement(codecRoutes.decodePayloads, async ({ body, principal, origin }, tx) => {
      const opened = await decode(body.payloads);
      await recordPayloadView(tx, { principal, origin, count: opened.length, followed: false });
      return reply(200, { payloads: opened.map(toWire) });
    }),
    implement(codecRoutes.encodePayloads, async ({ body }) => {
      const payloads = body.payloads.map(fromWire);
      const sealed = (await payloadCodec?.encode(payloads)) ?? payloads;
      return reply(200, { payloads: sealed.map(toWire) });
    }),
    implement(codecRoutes.downloadPayloads, async ({ body, principal, origin }, tx) => {
      const opened = await decode(body.payloads);
      const followed: Payload[] = [];
      for (const payload of opened) followed.push((await contentOf(tx, payload)) ?? payload);
      await recordPayloadView(tx, { principal, origin, count: opened.length, followed: true });
      return reply(200, { payloads: followed.map(toWire) });
    }),
  ];
}

/** The content that a reference names; undefined for every other payload. */
async function contentOf(db: Db, { data }: Payload): Promise<Payload | undefined> {
  const sha256 = referenceIn(data);
  const blob = sha256 === undefined ? undefined : await findBlob(db, sha256);
  if (blob === undefined) return undefined;
  const text = JSON.stringify(blob.content.toString('utf8'));
  return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(text) };
}

function referenceIn(data: Payload['data']): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(data ?? []).toString('utf8'));
    const isReference = typeof value === 'object' && value !== null && 'sha256' in value && 'bytes' in value;
    const sha256 = isReference ? String(value.sha256) : '';
    return /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined;
  } catch {
    return undefined;
  }
}

function fromWire({ metadata = {}, data = '' }: WirePayload): Payload {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
    ),
    data: Buffer.from(data, 'base64'),
  };
}

function toWire({ metadata, data }: Payload): WirePayload {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(data ?? []).toString('base64'),
  };
}
