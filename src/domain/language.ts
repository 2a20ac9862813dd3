export type Language = 'ja' | 'en';

/** Japanese when there is kana, or when Chinese characters make up most of what is written; else English. */
export function languageOf(text: string): Language {
  if (/[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]/.test(text)) return 'ja';
  const han = text.match(/[\u4e00-\u9fff]/g)?.length ?? 0;
  const latin = text.match(/[a-z]/gi)?.length ?? 0;
  return han > latin ? 'ja' : 'en';
}

export const languageNames: Record<Language, string> = { ja: 'Japanese', en: 'English' };
