/**
 * A text of one line, made visible. Characters that turn the direction of writing, or have no shape, appear by code. A
 * title with U+202E shows `exe.txt` where `txt.exe` is written.
 */
export function visibleText(text: string): string {
  return text.replace(
    /[\p{Cc}\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu,
    (character) => `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}
