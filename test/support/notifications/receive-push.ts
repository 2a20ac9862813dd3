import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

/** A browser's side of a subscription: what it gives away, and what it reads with it. */
export interface Receiver {
  readonly keys: { readonly p256dh: string; readonly auth: string };
  read(body: Buffer): string;
}

const SALT = 16;
const HEAD = SALT + 4 + 1;
const TAG = 16;

/** RFC 8291: one record of `aes128gcm`, with a key that both sides derive. */
export function createReceiver(): Receiver {
  const pair = createECDH('prime256v1');
  const own = pair.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: own.toString('base64url'), auth: auth.toString('base64url') },
    read(body) {
      const salt = body.subarray(0, SALT);
      const sender = body.subarray(HEAD, HEAD + (body[HEAD - 1] ?? 0));
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), own, sender]);
      const secret = Buffer.from(hkdfSync('sha256', pair.computeSecret(sender), auth, info, 32));
      const key = hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16);
      const nonce = hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12);
      const sealed = body.subarray(HEAD + sender.length);
      const decipher = createDecipheriv('aes-128-gcm', Buffer.from(key), Buffer.from(nonce));
      decipher.setAuthTag(sealed.subarray(-TAG));
      const padded = Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
      // The last record ends with a 2 and as many zeros as somebody liked.
      return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
    },
  };
}
