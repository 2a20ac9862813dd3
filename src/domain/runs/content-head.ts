import { previewOf } from './content-ref.js';

/** The preview of a text from its first bytes: a cut last character is left out. */
export function headOf(bytes: Uint8Array): string {
  return previewOf(new TextDecoder('utf-8').decode(bytes, { stream: true }));
}
