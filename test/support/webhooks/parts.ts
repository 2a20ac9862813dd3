import type { AttemptDeps } from '../../../src/activities/webhooks/attempt.js';
import { createWebhookSecrets } from '../../../src/crypto/webhook-secret.js';
import { webhookPolicy, type WebhookPolicy } from '../../../src/domain/webhooks/retry.js';
import { createOutbound, type OutboundOptions } from '../../../src/platform/outbound-http.js';
import { testSecrets } from '../servers/object-stores.js';

export interface TestWebhookOptions {
  readonly policy?: Partial<WebhookPolicy>;
  readonly resolve?: NonNullable<OutboundOptions['resolve']>;
}

/** The sender of webhooks, with receivers on this machine allowed. */
export function testWebhooks(options: TestWebhookOptions = {}): AttemptDeps['webhooks'] {
  const rules = { allowHttp: true, allowLoopback: true, allowPrivate: false };
  return {
    send: createOutbound({
      ...rules,
      ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    }),
    secrets: createWebhookSecrets(testSecrets),
    rules,
    policy: { ...webhookPolicy, ...options.policy },
  };
}
