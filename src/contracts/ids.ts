import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sortableId } from '../domain/sortable-id.js';

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
  deadLetter: 'dlt',
  request: 'req',
} as const;

export type IdKind = keyof typeof idPrefixes;

export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  return sortableId(idPrefixes[kind], nowMs, randomBytes(10).toString('hex'));
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
