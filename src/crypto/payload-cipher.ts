import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what the history at Temporal holds. */
export interface PayloadCipher {
  seal(plain: Uint8Array): SealedPayload;
  /** Throws `UnreadablePayload` for a key that is not there, and for bytes that were altered. */
  open(sealed: SealedPayload): Uint8Array;
}

export interface SealedPayload {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export interface PayloadKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export class UnreadablePayload extends Error {
  override readonly name = 'UnreadablePayload';
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM.
 *
 * 1. The first key encrypts; every key decrypts. Rotation puts a new key in front and keeps the others.
 * 2. The id of the key is authenticated with the text: nobody moves a text to another key id unseen.
 * 3. Each text has its own random initialisation vector.
 */
export function createPayloadCipher(keys: readonly [PayloadKey, ...PayloadKey[]]): PayloadCipher {
  const [current] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    seal(plain) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(current.id));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return { keyId: current.id, bytes: Buffer.concat([iv, cipher.getAuthTag(), sealed]) };
    },
    open({ keyId, bytes }) {
      const key = byId.get(keyId);
      if (key === undefined) throw new UnreadablePayload(`there is no payload key ${JSON.stringify(keyId)}`);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
          .setAAD(Buffer.from(keyId))
          .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      } catch {
        throw new UnreadablePayload(`a payload under the key ${JSON.stringify(keyId)} was altered`);
      }
    },
  };
}
