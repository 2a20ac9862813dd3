import { createHmac, randomBytes } from 'node:crypto';
import { createTextSealer } from './sealed-text.js';
import type { SigningSecrets } from './signing-secrets.js';

const PREFIX = 'whsec_';
const NEW_BYTES = 32;
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(NEW_BYTES).toString('base64')}`;
}

/** As Standard Webhooks has it: `whsec_` and 24 to 64 bytes in base64. */
export function isWebhookSecret(given: string): boolean {
  if (!given.startsWith(PREFIX)) return false;
  const text = given.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && bytes.length >= FEWEST_BYTES && bytes.length <= MOST_BYTES;
}

/** The three headers of Standard Webhooks. With two secrets there are two signatures: a receiver needs one of them. */
export function signWebhook(message: {
  readonly id: string;
  readonly timestampMs: number;
  readonly body: string;
  readonly secrets: readonly string[];
}): Record<string, string> {
  const timestamp = String(Math.floor(message.timestampMs / 1_000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = message.secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`;
  });
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/** Secrets as they are stored: encrypted, and bound to their webhook. */
export interface WebhookSecrets {
  seal(webhookId: string, secret: string): Buffer;
  /** Undefined: the signing secret has changed more than once since; the webhook needs a new secret. */
  open(webhookId: string, sealed: Buffer): string | undefined;
}

export function createWebhookSecrets(secrets: SigningSecrets): WebhookSecrets {
  const sealer = createTextSealer(secrets, 'sluice webhook secrets');
  return {
    seal: (webhookId, secret) => sealer.seal(secret, webhookId),
    open: (webhookId, sealed) => sealer.open(sealed, webhookId),
  };
}
