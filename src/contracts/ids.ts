import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const idPrefixes = {
  session: 'ses',
  job: 'job',
  gate: 'gate',
  step: 'step',
  sql: 'sql',
  user: 'usr',
  apiKey: 'key',
  audit: 'aud',
  webhook: 'whk',
  delivery: 'dlv',
  office: 'off',
  staff: 'stf',
  deadline: 'ddl',
  pushSubscription: 'psh',
  request: 'req',
} as const;

export type IdKind = keyof typeof idPrefixes;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 48 bits of milliseconds, then 80 random bits, in lower-case Crockford base32: ids sort by creation time. */
export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  let bits = (BigInt(nowMs) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
  let text = '';
  for (let index = 0; index < 26; index += 1) {
    text = ALPHABET[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return `${idPrefixes[kind]}_${text}`;
}

/** The shape of an id on the wire. Anything else in a path is a record that cannot exist, so routes answer 404. */
export function idSchema(kind: IdKind): z.ZodString {
  return z
    .string()
    .regex(
      new RegExp(`^${idPrefixes[kind]}_[0-9a-hjkmnp-tv-z]{26}$`),
      `must be an id like ${idPrefixes[kind]}_…`,
    );
}
