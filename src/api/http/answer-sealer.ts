import { Problem } from './problems.js';
import { createTextSealer } from '../../crypto/sealed-text.js';
import type { SigningSecrets } from '../../crypto/signing-secrets.js';
import type { IdempotencyKey } from '../../db/runs/idempotency-keys.js';
import type { Answer } from './answer.js';

/**
 * An answer that is shown once (`Cache-Control: no-store`, a new API key) is sealed for its replay. A reader of the
 * table cannot use it.
 */
export interface AnswerSealer {
  seal(key: IdempotencyKey, answer: Answer): Answer;
  open(key: IdempotencyKey, stored: Answer): Answer;
}

const MARK = 'sealed:';

export function createAnswerSealer(secrets: SigningSecrets): AnswerSealer {
  const sealer = createTextSealer(secrets, 'sluice stored answers');
  return {
    seal(key, answer) {
      if (answer.body === null || answer.headers['Cache-Control'] !== 'no-store') return answer;
      return { ...answer, body: MARK + sealer.seal(answer.body, recordOf(key)).toString('base64url') };
    },
    open(key, stored) {
      const { body } = stored;
      if (body === null || !body.startsWith(MARK)) return stored;
      const opened = sealer.open(Buffer.from(body.slice(MARK.length), 'base64url'), recordOf(key));
      if (opened !== undefined) return { ...stored, body: opened };
      // The signing secret has changed more than once since.
      throw new Problem('gone', { detail: 'The first answer to this key can no longer be shown.' });
    },
  };
}

function recordOf({ ownerId, key }: IdempotencyKey): string {
  return `${ownerId}\n${key}`;
}
