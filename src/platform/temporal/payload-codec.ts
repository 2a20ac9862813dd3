import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { createPayloadCipher, type PayloadCipher } from '../../crypto/payload-cipher.js';
import type { Config } from '../config.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const ENCODING = 'binary/encrypted';
const utf8 = new TextDecoder();

/** Seals payloads for the history. A payload that is not sealed passes unchanged, so older histories stay readable. */
export interface SealingCodec extends PayloadCodec {
  /** False: it opens what was sealed and seals nothing. */
  readonly seals: boolean;
}

export function createPayloadCodec(cipher: PayloadCipher, seals = true): SealingCodec {
  return {
    seals,
    encode: (payloads) =>
      Promise.resolve(seals ? payloads.map((payload) => seal(cipher, payload)) : payloads),
    // Synchronous work in an async function: what cannot be opened rejects and does not throw.
    decode: async (payloads) => Promise.resolve(payloads.map((payload) => open(cipher, payload))),
  };
}

/** Undefined where no key is configured: payloads are plain then. */
export function payloadCodecOf({
  temporalPayloadKeys: keys,
  temporalPayloadEncrypt: seals,
}: Pick<Config, 'temporalPayloadKeys' | 'temporalPayloadEncrypt'>): SealingCodec | undefined {
  const [first, ...others] = keys;
  return first === undefined ? undefined : createPayloadCodec(createPayloadCipher([first, ...others]), seals);
}

function seal(cipher: PayloadCipher, payload: Payload): Payload {
  const { keyId, bytes } = cipher.seal(PayloadMessage.encode(payload).finish());
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keyId) },
    data: bytes,
  };
}

function open(cipher: PayloadCipher, payload: Payload): Payload {
  if (textOf(payload, 'encoding') !== ENCODING) return payload;
  const plain = cipher.open({
    keyId: textOf(payload, 'encryption-key-id'),
    bytes: payload.data ?? new Uint8Array(),
  });
  return PayloadMessage.decode(plain);
}

function textOf({ metadata }: Payload, name: string): string {
  const value = metadata?.[name];
  return value === undefined || value === null ? '' : utf8.decode(value);
}
