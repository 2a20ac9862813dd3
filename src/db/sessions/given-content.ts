import type { ContentRef } from '../../domain/runs/content-ref.js';
import { refOf, storeBlob, type NewBlob } from '../runs/blobs.js';
import type { Db } from '../base/sql.js';

export type Given = string | Record<string, unknown>;

/** A text or an object that a person gave, ready to be stored, and its reference. */
export function givenContent(given: Given): NewBlob & { ref: ContentRef } {
  const isText = typeof given === 'string';
  const blob = {
    content: isText ? given : JSON.stringify(given, null, 2),
    contentType: isText ? 'text/markdown' : 'application/json',
  };
  return { ...blob, ref: refOf(blob) };
}

/** Stores what a person wrote with a command, so that the session's state holds only its reference. */
export async function keepGiven(
  db: Db,
  sessionId: string,
  given: Given | undefined,
): Promise<ContentRef | null> {
  return given === undefined ? null : storeBlob(db, sessionId, givenContent(given));
}
