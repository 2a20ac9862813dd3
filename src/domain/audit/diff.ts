export type AuditState = Readonly<Record<string, unknown>>;

export interface AuditDiff {
  readonly before: AuditState | null;
  readonly after: AuditState | null;
}

export const MASK = '[masked]';

const SECRET_KEY =
  /(secret|password|passphrase|token|api_?key|authorization|cookie|credentials?|private_?key|signature|hash|p256dh|^auth)$/i;
/** Our own API keys and addresses with a password in them, wherever they stand. */
const SECRET_VALUE = /\bslk_[A-Za-z0-9_-]+|(?<=:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g;
/** jsonb takes neither NUL nor half a surrogate pair. */
const UNSTORABLE = /\p{Surrogate}|\0/gu;

const MAX_TEXT = 1_000;
const MAX_ITEMS = 100;
const MAX_DEPTH = 6;

/**
 * An entry's part of a change: the members that differ when both sides are known, secrets masked, long texts cut. A
 * changed secret keeps its name on both sides: the change is seen and the secret is not.
 */
export function diffStates(before: AuditState | undefined, after: AuditState | undefined): AuditDiff {
  if (before === undefined || after === undefined) {
    return { before: maskState(before), after: maskState(after) };
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return { before: maskState(pick(before, changed)), after: maskState(pick(after, changed)) };
}

/** A text as it may be kept: storable, without our keys in it, and not longer than an entry bears. */
export function auditText(text: string): string {
  const safe = text.replace(UNSTORABLE, '\ufffd').replace(SECRET_VALUE, MASK);
  return safe.length <= MAX_TEXT ? safe : `${safe.slice(0, MAX_TEXT)}… (+${safe.length - MAX_TEXT})`;
}

function pick(state: AuditState, names: readonly string[]): AuditState {
  return Object.fromEntries(names.filter((name) => name in state).map((name) => [name, state[name]]));
}

function maskState(state: AuditState | undefined): AuditState | null {
  return maskValue(state, '', 0) as AuditState | null;
}

function maskValue(value: unknown, name: string, depth: number): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (SECRET_KEY.test(name)) return MASK;
  if (typeof value === 'string') return auditText(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return auditText(String(value));
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => maskValue(item, name, depth + 1));
    return value.length > MAX_ITEMS ? [...items, `… (+${value.length - MAX_ITEMS})`] : items;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [auditText(key), maskValue(item, key, depth + 1)]),
  );
}
