import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * Links that let whoever has them download one result, for a while, without a token.
 *
 * F1. The signature covers the very text of key and expiry: a byte that changed anywhere is another link.
 * F2. Only our own spelling of a signature counts: base64url has bits to spare in its last letter.
 */
export interface FileLinks {
  /** A link that is valid from now on for 15 minutes. */
  sign(key: string): string;
  verify(key: string, given: { exp?: string | undefined; sig?: string | undefined }): boolean;
}

const VALID_SECONDS = 15 * 60;

export function createFileLinks(signingSecret: string, now: () => number = Date.now): FileLinks {
  const secret = Buffer.from(hkdfSync('sha256', signingSecret, '', 'sluice file links', 32));
  const macOf = (key: string, exp: string): string =>
    createHmac('sha256', secret).update(`${key}\n${exp}`).digest('base64url');
  return {
    sign: (key) => {
      const exp = String(Math.floor(now() / 1_000) + VALID_SECONDS);
      return `/files/${key}?exp=${exp}&sig=${macOf(key, exp)}`;
    },
    verify: (key, { exp = '', sig = '' }) => {
      const expected = Buffer.from(macOf(key, exp));
      const given = Buffer.from(sig);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      return Number(exp) * 1_000 > now();
    },
  };
}
