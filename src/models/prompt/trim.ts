export type CountTokens = (text: string) => number;

/** A piece of a prompt that may have to give way. */
export interface Trimmable {
  /** The name of a text that is left out, for example `Phase 1: Trend collection`. */
  readonly label: string;
  readonly text: string;
  /** Lower gives way earlier. */
  readonly weight: number;
}

export interface Trimmed {
  readonly label: string;
  readonly fromTokens: number;
  /** 0 when it was left out altogether. */
  readonly toTokens: number;
}

/** Less than this of a text helps nobody: it is left out whole. */
const FLOOR_TOKENS = 160;

/**
 * The trimming rule. Texts over `maxTokens` together give way by weight, equal weights in the given order. Each is
 * first shortened from its middle to a floor. Texts at their floor are then left out whole, in the same order. A text
 * keeps its beginning and its end, two to one.
 */
export function trimToFit(
  texts: readonly Trimmable[],
  maxTokens: number,
  countTokens: CountTokens,
): { texts: string[]; trimmed: Trimmed[] } {
  const before = texts.map((one) => countTokens(one.text));
  const sizes = [...before];
  const order = texts
    .map((_, index) => index)
    .sort((one, other) => texts[one]!.weight - texts[other]!.weight);
  let excess = sizes.reduce((sum, size) => sum + size, 0) - maxTokens;
  for (const floor of [FLOOR_TOKENS, 0]) {
    for (const index of order) {
      if (excess <= 0) break;
      const size = sizes[index]!;
      const target = floor === 0 ? 0 : Math.max(Math.min(size, floor), size - excess);
      sizes[index] = target;
      excess -= size - target;
    }
  }
  const kept = texts.map((one, index) =>
    sizes[index] === before[index] ? one.text : shorten(one.text, sizes[index]!, countTokens),
  );
  const trimmed = texts
    .map((one, index) => ({ label: one.label, fromTokens: before[index]!, toTokens: sizes[index]! }))
    .filter((one) => one.toTokens < one.fromTokens);
  return { texts: kept, trimmed };
}

/** The beginning and the end of a text, in at most so many tokens. A line between says how much is missing. */
export function shorten(text: string, maxTokens: number, countTokens: CountTokens): string {
  if (Buffer.byteLength(text) <= maxTokens) return text;
  const tokens = countTokens(text);
  if (tokens <= maxTokens) return text;
  if (maxTokens <= 0) return '';
  let chars = Math.floor((text.length * maxTokens) / tokens);
  for (;;) {
    const candidate = headAndTail(text, chars, tokens);
    if (chars <= 0 || countTokens(candidate) <= maxTokens) return chars <= 0 ? '' : candidate;
    chars = Math.floor(chars * 0.9) - 8;
  }
}

function headAndTail(text: string, chars: number, tokens: number): string {
  const headEnd = wholeCharacters(text, Math.floor((chars * 2) / 3));
  const tailStart = wholeCharacters(text, text.length - (chars - headEnd));
  const missing = Math.round((tokens * (tailStart - headEnd)) / text.length);
  return `${text.slice(0, headEnd)}\n[… about ${missing} tokens left out …]\n${text.slice(tailStart)}`;
}

/** A cut between the halves of a surrogate pair would leave two broken characters. */
function wholeCharacters(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}
