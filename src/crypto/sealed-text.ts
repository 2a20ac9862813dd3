import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ofEverySecret, type SigningSecrets } from './signing-secrets.js';

/** Encrypts texts that are stored: whoever reads the table has no use for them. */
export interface TextSealer {
  /** `boundTo` names the record: a sealed text that is copied to another one cannot be opened there. */
  seal(text: string, boundTo: string): Buffer;
  /** Undefined: it was sealed under another secret, for another record, or was altered. */
  open(sealed: Buffer, boundTo: string): string | undefined;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM under a key of its own for each purpose, derived from the secret. */
export function createTextSealer(secrets: SigningSecrets, purpose: string): TextSealer {
  const [current, ...earlier] = ofEverySecret(secrets, (secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)),
  );
  return {
    seal(text, boundTo) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current, iv).setAAD(Buffer.from(boundTo, 'utf8'));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
    },
    open(sealed, boundTo) {
      for (const key of [current, ...earlier]) {
        const text = openWith(key, sealed, boundTo);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

function openWith(key: Buffer, sealed: Buffer, boundTo: string): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
      .setAAD(Buffer.from(boundTo, 'utf8'))
      .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return text.toString('utf8');
  } catch {
    return undefined;
  }
}
