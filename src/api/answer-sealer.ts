import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Problem } from '../contracts/problems.js';
import type { IdempotencyKey } from '../db/idempotency-keys.js';
import type { Answer } from './answer.js';

/**
 * An answer that is shown once (`Cache-Control: no-store`, a new API key) is kept for its replay, but not in clear:
 * whoever reads the table has no use for it.
 */
export interface AnswerSealer {
  seal(key: IdempotencyKey, answer: Answer): Answer;
  open(key: IdempotencyKey, stored: Answer): Answer;
}

const MARK = 'sealed:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createAnswerSealer(signingSecret: string): AnswerSealer {
  const secret = Buffer.from(hkdfSync('sha256', signingSecret, '', 'sluice stored answers', 32));
  return {
    seal(key, answer) {
      if (answer.body === null || answer.headers['Cache-Control'] !== 'no-store') return answer;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(boundTo(key));
      const sealed = Buffer.concat([cipher.update(answer.body, 'utf8'), cipher.final()]);
      const body = MARK + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
      return { ...answer, body };
    },
    open(key, stored) {
      const { body } = stored;
      if (body === null || !body.startsWith(MARK)) return stored;
      const bytes = Buffer.from(body.slice(MARK.length), 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, IV_BYTES))
          .setAAD(boundTo(key))
          .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const opened = Buffer.concat([
          decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)),
          decipher.final(),
        ]);
        return { ...stored, body: opened.toString('utf8') };
      } catch (cause) {
        // The signing secret has changed since.
        throw new Problem('gone', { detail: 'The first answer to this key can no longer be shown.', cause });
      }
    },
  };
}

function boundTo({ ownerId, key }: IdempotencyKey): Buffer {
  return Buffer.from(`${ownerId}\n${key}`, 'utf8');
}
