import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { ofEverySecret, type SigningSecrets } from './signing-secrets.js';

/**
 * Macs of texts for one purpose: those of another purpose are worth nothing here.
 * A mac is made with the current secret and checked against the previous one too.
 */
export interface Macs {
  of(text: string): string;
  matches(text: string, given: string): boolean;
}

export function createMacs(secrets: SigningSecrets, purpose: string, bytes = 32): Macs {
  const [current, ...others] = ofEverySecret(secrets, (secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)),
  );
  const macOf = (key: Buffer, text: string): string =>
    createHmac('sha256', key).update(text).digest().subarray(0, bytes).toString('base64url');
  return {
    of: (text) => macOf(current, text),
    matches: (text, given) =>
      [current, ...others].map((key) => isSame(macOf(key, text), given)).includes(true),
  };
}

/** As text: base64url has bits to spare in its last letter, and two spellings of one mac are two links. */
function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
