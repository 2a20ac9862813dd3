/** The outcome of handing a message over. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** The other side has not taken it and may later. */
  | { readonly kind: 'again'; readonly error: string; readonly afterMs: number | null }
  /** Not one byte of it arrived: the server itself is away. No fault of this recipient. */
  | { readonly kind: 'unreachable'; readonly error: string }
  /** Refused for good; `suppress`: so will be everything else to this recipient. */
  | { readonly kind: 'refused'; readonly error: string; readonly suppress: boolean }
  /** It may have been taken. Only a person may have it sent once more. */
  | { readonly kind: 'unknown'; readonly error: string };

/** The failure of an SMTP exchange, as the client library reports it. */
export interface MailFailure {
  readonly code: string | undefined;
  /** The server's answer, when there was one. */
  readonly responseCode: number | undefined;
  readonly response: string | undefined;
  readonly command: string | undefined;
  /** Whether every byte of the message was handed to the socket. */
  readonly messageLeft: boolean;
}

const LONGEST_ERROR = 300;
/** Answers to these are about the recipient or the message; answers to others are about us. */
const aboutTheMessage = ['MAIL FROM', 'RCPT TO', 'DATA'];

/**
 * M1. An answer decides: 4xx is later, 5xx is never.
 * M2. Without an answer, a message that left whole may have been taken; the final dot makes a server take it.
 */
export function outcomeOfMailFailure(failure: MailFailure): SendOutcome {
  const { responseCode, messageLeft } = failure;
  const error = describe(failure);
  if (responseCode === undefined) {
    return messageLeft ? { kind: 'unknown', error } : { kind: 'unreachable', error };
  }
  if (!aboutTheMessage.includes(failure.command ?? '')) return { kind: 'unreachable', error };
  if (responseCode === 421) return { kind: 'unreachable', error };
  if (responseCode < 500) return { kind: 'again', error, afterMs: null };
  return { kind: 'refused', error, suppress: failure.command === 'RCPT TO' };
}

function describe({ responseCode, response, code, command }: MailFailure): string {
  const text = responseCode === undefined ? `the connection failed: ${code ?? 'unknown'}` : (response ?? '');
  return `${command === undefined ? '' : `${command}: `}${text}`.replace(/\s+/g, ' ').slice(0, LONGEST_ERROR);
}

/** The answer of a push service. */
export interface PushAnswer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly text: string;
}

export function outcomeOfPush({ status, retryAfterMs, text }: PushAnswer): SendOutcome {
  const error = `the push service answered ${status} ${text}`.trim().slice(0, LONGEST_ERROR);
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 404 || status === 410) return { kind: 'refused', error, suppress: true };
  if (status === 429 || status >= 500) return { kind: 'again', error, afterMs: retryAfterMs };
  return { kind: 'refused', error, suppress: false };
}
