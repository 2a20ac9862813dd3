import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header carries this token. The time of an answer tells nothing of how much was right. */
export function isBearer(authorization: string, token: string): boolean {
  return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
