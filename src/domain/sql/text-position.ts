/** Where in a text, as editors count: both from 1, columns in characters. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** `offset` counts characters from 0, as PostgreSQL's positions do once 1 is taken off. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = Array.from(text).slice(0, Math.max(offset, 0)).join('');
  const lines = before.split('\n');
  return { line: lines.length, column: Array.from(lines.at(-1) ?? '').length + 1 };
}

/** The parser counts the places of nodes in bytes of UTF-8. */
export function positionAtByte(text: string, byteOffset: number): TextPosition {
  const bytes = new TextEncoder().encode(text).subarray(0, Math.max(byteOffset, 0));
  return positionAt(text, Array.from(new TextDecoder().decode(bytes)).length);
}
