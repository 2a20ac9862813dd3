// oxlint-disable-next-line no-control-regex -- that is what is looked for
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A NUL or half a surrogate pair: JavaScript strings may hold them, PostgreSQL's text and jsonb may not. */
export function wellFormed(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}
