import { LRUCache } from 'lru-cache';
import webPush from 'web-push';
import { outcomeOfPush, type SendOutcome } from '../../domain/notifications/send-outcome.js';
import { retryAfterMs } from '../../domain/retry-after.js';
import type { VapidKeys } from '../../crypto/vapid-keys.js';
import type { Outbound } from '../outbound-http.js';

export interface OutgoingPush {
  readonly subscription: { readonly endpoint: string; readonly p256dh: string; readonly auth: string };
  /** JSON text. */
  readonly payload: string;
  readonly urgency: 'high' | 'normal';
  /** A newer one of the same topic takes the place of one that waits at the service. 32 letters at most. */
  readonly topic: string;
}

/** The way out for web push. Nothing of it throws: what happened is the answer. */
export interface PushSender {
  /** The key that browsers subscribe with, in base64url. */
  readonly publicKey: string;
  send(push: OutgoingPush): Promise<SendOutcome>;
}

const PUSH_MS = 20_000;
const TTL_SECONDS = 24 * 3_600;
/** A push service takes a token for 24 hours at most; clocks differ. */
const TOKEN_SECONDS = 12 * 3_600;
const TOKEN_KEPT_MS = 6 * 3_600_000;
const SERVICES = 1_000;

/** A token says who sends, and to which service: one is signed for many pushes, not for each. */
function createTokens(keys: VapidKeys, subject: string): (endpoint: string) => string {
  const kept = new LRUCache<string, string>({ max: SERVICES, ttl: TOKEN_KEPT_MS });
  return (endpoint) => {
    const { origin } = new URL(endpoint);
    const known = kept.get(origin);
    if (known !== undefined) return known;
    const untilSeconds = Math.floor(Date.now() / 1_000) + TOKEN_SECONDS;
    const { publicKey, privateKey } = keys;
    const { Authorization: token } = webPush.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      'aes128gcm',
      untilSeconds,
    );
    kept.set(origin, token);
    return token;
  };
}

export function createPushSender(keys: VapidKeys, subject: string, send: Outbound): PushSender {
  const tokenFor = createTokens(keys, subject);
  return {
    publicKey: keys.publicKey,
    async send({ subscription: { endpoint, ...subscriptionKeys }, payload, urgency, topic }) {
      const request = requestOf(() =>
        webPush.generateRequestDetails({ endpoint, keys: subscriptionKeys }, payload, {
          TTL: TTL_SECONDS,
          urgency,
          topic,
          headers: { Authorization: tokenFor(endpoint) },
        }),
      );
      if ('error' in request) return { kind: 'refused', error: request.error, suppress: true };
      const answer = await send({
        url: endpoint,
        method: 'POST',
        headers: request.headers,
        body: request.body,
        timeoutMs: PUSH_MS,
        maxBytes: 1_000,
      });
      if (!answer.ok) return outcomeOfNoAnswer(answer.kind, answer.message);
      const { status, headers, body } = answer;
      const waitMs = retryAfterMs(headers, Date.now());
      return outcomeOfPush({ status, retryAfterMs: waitMs, text: body.toString('utf8') });
    },
  };
}

/** Keys that no browser made cannot be encrypted to: such a subscription is none. */
function requestOf(
  make: () => ReturnType<typeof webPush.generateRequestDetails>,
): { headers: Record<string, string>; body: Buffer } | { error: string } {
  try {
    const { headers, body } = make();
    const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    return { headers: Object.fromEntries(texts) as Record<string, string>, body: body ?? Buffer.alloc(0) };
  } catch (error) {
    return { error: `the subscription cannot be used: ${(error as Error).message}` };
  }
}

/** Nobody was connected to, or nobody vouched for who answered: not a byte of the push went out. */
const UNREACHED = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CERT|UNABLE_TO_VERIFY/;

function outcomeOfNoAnswer(kind: string, message: string): SendOutcome {
  if (kind === 'forbidden') return { kind: 'refused', error: message, suppress: false };
  // A service that was never reached has taken nothing; one that did not answer may have.
  const neverReached = kind === 'unresolved' || UNREACHED.test(message);
  return neverReached
    ? { kind: 'again', error: message, afterMs: null }
    : { kind: 'unknown', error: message };
}
