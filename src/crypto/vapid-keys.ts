import { createECDH, hkdfSync } from 'node:crypto';
import type { SigningSecrets } from './signing-secrets.js';

export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The configured key, or one that follows from the installation's secret, so that nothing has to be set up. */
export function vapidKeysOf(configured: string | undefined, { current }: SigningSecrets): VapidKeys {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(
    configured === undefined
      ? Buffer.from(hkdfSync('sha256', current, '', 'sluice vapid key', 32))
      : Buffer.from(configured, 'base64url'),
  );
  return { publicKey: pair.getPublicKey('base64url'), privateKey: pair.getPrivateKey('base64url') };
}
