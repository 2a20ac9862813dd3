import type { SigningSecrets } from '../crypto/signing-secrets.js';
import { createWebhookSecrets, type WebhookSecrets } from '../crypto/webhook-secret.js';
import { webhookPolicy, type WebhookPolicy } from '../domain/webhooks/retry.js';
import { webhookRulesOf, type WebhookUrlRules } from '../domain/webhooks/url.js';
import type { Config } from './config.js';
import { createOutbound, type Outbound } from './outbound-http.js';

/** The dependencies of sending webhooks. */
export interface WebhookSender {
  readonly send: Outbound;
  readonly secrets: WebhookSecrets;
  readonly rules: WebhookUrlRules;
  readonly policy: WebhookPolicy;
}

export function createWebhookSender(config: Config, secrets: SigningSecrets): WebhookSender {
  const rules = webhookRulesOf(config);
  return {
    send: createOutbound(rules),
    secrets: createWebhookSecrets(secrets),
    rules,
    policy: webhookPolicy,
  };
}
