import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { ofEverySecret, type SigningSecrets } from './signing-secrets.js';

/**
 * Links in each mail, by which a person changes what they receive without signing in.
 *
 * L1. A link names one person and what it is for: one to unsubscribe opens no preferences.
 * L2. It does not expire: a mail is read years later. It changes nothing but preferences, and only by POST.
 */
export interface PreferenceLinks {
  /** Shows and changes everything. */
  preferences(staffId: string): string;
  /** Stops the mails with one click. */
  unsubscribe(staffId: string): string;
  /** Whose it is; undefined when it is not one of ours. */
  read(purpose: LinkPurpose, token: string): string | undefined;
}

export type LinkPurpose = 'p' | 'u';

const TOKEN = /^(stf_[0-9a-hjkmnp-tv-z]{26})\.([A-Za-z0-9_-]{22})$/;
const MAC_BYTES = 16;

export function createPreferenceLinks(secrets: SigningSecrets, publicUrl: string): PreferenceLinks {
  const [current, ...others] = ofEverySecret(secrets, (secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'sluice preference links', 32)),
  );
  const base = publicUrl.replace(/\/+$/, '');
  const linkTo = (purpose: LinkPurpose, staffId: string): string =>
    `${base}/${purpose}/${staffId}.${macOf(current, purpose, staffId)}`;
  return {
    preferences: (staffId) => linkTo('p', staffId),
    unsubscribe: (staffId) => linkTo('u', staffId),
    read(purpose, token) {
      const [, staffId, mac = ''] = TOKEN.exec(token) ?? [];
      if (staffId === undefined) return undefined;
      const matches = [current, ...others].map((secret) => isSame(macOf(secret, purpose, staffId), mac));
      return matches.includes(true) ? staffId : undefined;
    },
  };
}

function macOf(secret: Buffer, purpose: LinkPurpose, staffId: string): string {
  const mac = createHmac('sha256', secret).update(`${purpose}\n${staffId}`).digest();
  return mac.subarray(0, MAC_BYTES).toString('base64url');
}

/** As text: base64url has bits to spare in its last letter, and two spellings of one mac are two links. */
function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
