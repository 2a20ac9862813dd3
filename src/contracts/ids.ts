import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sortableId } from '../domain/sortable-id.js';
import { runKinds } from './run-kinds.js';

export const idPrefixes = {
  session: runKinds['cot-session'].idPrefix,
  job: runKinds.report.idPrefix,
  gate: 'gate',
  step: 'step',
  sql: runKinds.sql.idPrefix,
  user: 'usr',
  apiKey: 'key',
  audit: 'aud',
  webhook: 'whk',
  delivery: 'dlv',
  office: 'off',
  staff: 'stf',
  deadline: 'ddl',
  pushSubscription: 'psh',
  mail: 'mail',
  deadLetter: 'dlt',
  schedule: 'sch',
  firing: 'fir',
  savedQuery: 'sqy',
  sqlQuestion: 'sqc',
  savedView: 'view',
  request: 'req',
} as const;

export type IdKind = keyof typeof idPrefixes;

export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  return prefixedId(idPrefixes[kind], nowMs);
}

/** For ids whose prefix comes with their kind of run. */
export function prefixedId(prefix: string, nowMs: number = Date.now()): string {
  return sortableId(prefix, nowMs, nextRandom().toString('hex'));
}

const RANDOM_BYTES = 10;
let supply: Buffer = Buffer.alloc(0);

/** Fetched for many ids at once: a call for each costs more than all the rest of an id. */
function nextRandom(): Buffer {
  if (supply.length < RANDOM_BYTES) supply = randomBytes(RANDOM_BYTES * 256);
  const next = supply.subarray(0, RANDOM_BYTES);
  supply = supply.subarray(RANDOM_BYTES);
  return next;
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
