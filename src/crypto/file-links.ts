import { isObjectKey } from '../domain/runs/object-key.js';
import { createMacs } from './macs.js';
import type { SigningSecrets } from './signing-secrets.js';

/**
 * Links that let whoever has them download one object of the local store, for a while, without a token.
 *
 * F1. The signature covers the method, the key, the expiry and the Content-Disposition, each as its very text. The
 *     disposition is not in the link: whoever checks derives it from the object, as whoever signed did.
 * F2. Only our own spelling of a link counts: nothing encoded otherwise, nothing added, nothing in another order.
 * F3. A signature is made with the current secret and checked against the previous one too. A new secret breaks no
 *     link under way.
 */
export interface FileLinks {
  sign(object: LinkedObject, ttlSeconds: number): string;
  /** Undefined when it is not spelled like one of ours, or has expired. The signature is not looked at yet. */
  parse(url: string): FileLink | undefined;
  verify(link: FileLink, disposition: string): boolean;
}

export interface LinkedObject {
  readonly key: string;
  /** The Content-Disposition that it is served with. */
  readonly disposition: string;
}

export interface FileLink {
  readonly key: string;
  readonly exp: string;
  readonly sig: string;
}

const LINK = /^\/files\/([a-z0-9._-]{1,500})\?exp=([1-9]\d{0,11})&sig=([A-Za-z0-9_-]{43})$/;

export function createFileLinks(secrets: SigningSecrets, now: () => number = Date.now): FileLinks {
  const macs = createMacs(secrets, 'sluice file links');
  return {
    sign: ({ key, disposition }, ttlSeconds) => {
      const exp = String(Math.floor(now() / 1_000) + ttlSeconds);
      // A single segment of a path: keys have no dots of their own.
      const segment = key.replaceAll('/', '.');
      return `/files/${segment}?exp=${exp}&sig=${macs.of(textOf({ key, exp, disposition }))}`;
    },
    parse: (url) => {
      const [, segment = '', exp = '', sig = ''] = LINK.exec(url) ?? [];
      const key = segment.replaceAll('.', '/');
      return isObjectKey(key) && Number(exp) * 1_000 > now() ? { key, exp, sig } : undefined;
    },
    verify: ({ key, exp, sig }, disposition) => macs.matches(textOf({ key, exp, disposition }), sig),
  };
}

/** The right to GET includes HEAD: both are signed as GET. */
function textOf({ key, exp, disposition }: { key: string; exp: string; disposition: string }): string {
  return `GET\n${key}\n${exp}\n${disposition}`;
}
