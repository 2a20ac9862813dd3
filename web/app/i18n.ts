import { computed, effect, signal } from '@preact/signals';
import { en, type Words } from '../messages/en';
import { recall, remember } from './storage';

/** The words of administrators' pages and of schedules are there once such a page is: `loadMoreWords`. */
export type Messages = Words;
export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

const kept = recall('language');
/** Null: as the browser says. */
export const chosenLanguage = signal<Language | null>(kept === 'en' || kept === 'ja' ? kept : null);
const english = en as Messages;
const loaded = signal<ReadonlyMap<Language, Messages>>(new Map([['en', english]]));

const wanted = computed((): Language => chosenLanguage.value ?? systemLanguage());
/** The language that is shown: the wanted one as soon as its words are there. */
export const language = computed((): Language => (loaded.value.has(wanted.value) ? wanted.value : 'en'));
const messages = computed(() => loaded.value.get(language.value) ?? english);

function systemLanguage(): Language {
  const first = navigator.languages.find((tag) => /^(en|ja)\b/.test(tag));
  return first?.startsWith('ja') === true ? 'ja' : 'en';
}

/** Every word that people read. A component that calls it is drawn again when the language changes. */
export function t(): Messages {
  return messages.value;
}

/** Loads the words of the wanted language before the first page is drawn. */
export async function loadLanguage(): Promise<void> {
  if (loaded.value.has(wanted.value)) return;
  const { ja } = await import('../messages/ja');
  loaded.value = new Map([...loaded.value, ['ja', ja]]);
}

/** For the loader of a page that needs them. */
export async function loadMoreWords(): Promise<void> {
  const { admin } = await import('../messages/en/admin');
  loaded.value = new Map([...loaded.value, ['en', { ...en, ...admin }]]);
}

export function chooseLanguage(choice: Language | null): void {
  chosenLanguage.value = choice;
  remember('language', choice);
  void loadLanguage();
}

effect(() => {
  document.documentElement.lang = language.value;
});
