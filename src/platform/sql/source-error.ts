import { SourceError, type SourceFault } from '../../contracts/sql/ports.js';

/** By the classes of SQLSTATE, the longest beginning first. */
const faults: readonly (readonly [beginning: string, fault: SourceFault])[] = [
  ['42501', 'not_allowed'],
  ['25006', 'not_allowed'],
  ['57014', 'timeout'],
  ['55P03', 'timeout'],
  ['25P03', 'timeout'],
  ['57P', 'connection'],
  // More or fewer values than the statement has parameters: no other try helps.
  ['08P01', 'statement'],
  ['08', 'connection'],
  ['28', 'connection'],
  ['53300', 'connection'],
  ['58', 'connection'],
  ['XX', 'connection'],
  ['53', 'resources'],
  ['54', 'resources'],
];

/** `otherwise` is for what has no SQLSTATE: it did not come from the server. */
export function sourceErrorOf(error: unknown, otherwise: SourceFault): SourceError {
  if (error instanceof SourceError) return error;
  const {
    code,
    message = String(error),
    position,
  } = (error ?? {}) as {
    code?: string;
    message?: string;
    position?: string;
  };
  const isSqlState = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code);
  if (!isSqlState) {
    return new SourceError(otherwise === 'statement' ? 'connection' : otherwise, message, { cause: error });
  }
  const fault = faults.find(([beginning]) => code.startsWith(beginning))?.[1] ?? 'statement';
  return new SourceError(fault, message, {
    sqlState: code,
    ...(position === undefined ? {} : { position: Number(position) }),
    cause: error,
  });
}
