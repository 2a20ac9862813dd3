import { diffWords, diffWordsWithSpace } from 'diff';
import { language } from '../app/i18n';

/** Beyond this, comparing word by word takes longer than a person waits. */
const MOST_COMPARED = 60_000;

/** The changes of a text, word by word. Japanese has no spaces: the browser knows where its words are. */
export function WordDiff({ before, after }: { readonly before: string; readonly after: string }) {
  if (before.length + after.length > MOST_COMPARED) {
    return (
      <pre class="diff-text" dir="auto">
        <del>{before}</del>
        <ins>{after}</ins>
      </pre>
    );
  }
  const hasNoSpaces = /[\u3040-\u30ff\u4e00-\u9fff]/.test(after);
  const changes = hasNoSpaces
    ? diffWords(before, after, { intlSegmenter: new Intl.Segmenter(language.value, { granularity: 'word' }) })
    : diffWordsWithSpace(before, after);
  return (
    <pre class="diff-text" dir="auto">
      {changes.map(({ value, added, removed }, place) =>
        added ? (
          <ins key={place}>{value}</ins>
        ) : removed ? (
          <del key={place}>{value}</del>
        ) : (
          <span key={place}>{value}</span>
        ),
      )}
    </pre>
  );
}
