import { isLoopbackAddress, isPublicAddress } from '../outbound-address.js';

/** The operator's exceptions beyond https to public addresses. */
export interface WebhookUrlRules {
  readonly allowHttp: boolean;
  /** Receivers on this machine, by http too. */
  readonly allowLoopback: boolean;
  readonly allowPrivate: boolean;
}

export function webhookRulesOf(config: {
  readonly webhookAllowHttp: boolean;
  readonly webhookAllowLoopback: boolean;
  readonly webhookAllowPrivate: boolean;
}): WebhookUrlRules {
  return {
    allowHttp: config.webhookAllowHttp,
    allowLoopback: config.webhookAllowLoopback,
    allowPrivate: config.webhookAllowPrivate,
  };
}

/**
 * The reason that nothing may be delivered to this URL; undefined when the URL alone does not show one. Each request
 * checks the resolved addresses, and connects to the checked one.
 */
export function webhookUrlProblem(given: string, rules: WebhookUrlRules): string | undefined {
  if (!URL.canParse(given)) return 'must be a URL';
  const url = new URL(given);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or a password';
  if (url.hash !== '') return 'must not contain a fragment';
  // The parser has turned every way of writing an IPv4 address (decimal, octal, hexadecimal, short) into the usual one.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLocal = isLoopbackAddress(host) || /(^|\.)localhost\.?$/.test(host);
  if (isLocal) return rules.allowLoopback ? undefined : 'must not lead to this machine';
  if (isLiteral(host) && !isPublicAddress(host) && !rules.allowPrivate) return 'must be a public address';
  return url.protocol === 'http:' && !rules.allowHttp ? 'must begin with https://' : undefined;
}

function isLiteral(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}
