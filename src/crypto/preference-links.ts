import { createMacs } from './macs.js';
import type { SigningSecrets } from './signing-secrets.js';

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
  /** The link's person; undefined when it is not one of ours. */
  read(purpose: LinkPurpose, token: string): string | undefined;
}

export type LinkPurpose = 'p' | 'u';

const TOKEN = /^(stf_[0-9a-hjkmnp-tv-z]{26})\.([A-Za-z0-9_-]{22})$/;
const MAC_BYTES = 16;

export function createPreferenceLinks(secrets: SigningSecrets, publicUrl: string): PreferenceLinks {
  const macs = createMacs(secrets, 'sluice preference links', MAC_BYTES);
  const base = publicUrl.replace(/\/+$/, '');
  const linkTo = (purpose: LinkPurpose, staffId: string): string =>
    `${base}/${purpose}/${staffId}.${macs.of(textOf(purpose, staffId))}`;
  return {
    preferences: (staffId) => linkTo('p', staffId),
    unsubscribe: (staffId) => linkTo('u', staffId),
    read(purpose, token) {
      const [, staffId, mac = ''] = TOKEN.exec(token) ?? [];
      if (staffId === undefined) return undefined;
      return macs.matches(textOf(purpose, staffId), mac) ? staffId : undefined;
    },
  };
}

function textOf(purpose: LinkPurpose, staffId: string): string {
  return `${purpose}\n${staffId}`;
}
