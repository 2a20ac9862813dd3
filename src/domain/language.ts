export type Language = 'ja' | 'en';

/** Japanese when there is kana, or when Chinese characters make up most of what is written; else English. */
export function languageOf(text: string): Language {
  if (/[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]/.test(text)) return 'ja';
  return countOf(text, /[\u4e00-\u9fff]/g) > countOf(text, /[a-z]/gi) ? 'ja' : 'en';
}

function countOf(text: string, letters: RegExp): number {
  return Array.from(text.matchAll(letters)).length;
}

export const languageNames: Record<Language, string> = { ja: 'Japanese', en: 'English' };
