import { previewOf } from './content-ref.js';

/** The preview of a text of which only the first bytes are at hand: the last character may be cut, and is left out. */
export function headOf(bytes: Uint8Array): string {
  return previewOf(new TextDecoder('utf-8').decode(bytes, { stream: true }));
}
