import { now } from '../app/clock';
import { shortDateTime } from '../app/format';
import { t } from '../app/i18n';
import type { ReportDraft } from './report-fields';

const HOUR_MS = 3_600_000;

/** The report that these choices make, while they are made. */
export function ReportPreview({ draft }: { readonly draft: ReportDraft }) {
  const words = t().reports;
  const title = draft.title.trim() === '' ? words.types[draft.type] : draft.title.trim();
  return (
    <section class="report-preview" aria-label={words.preview}>
      <p class="quiet">{words.preview}</p>
      <p>
        <strong dir="auto">{title}</strong> <span class="chip">{words.formats[draft.format]}</span>
      </p>
      <p class="quiet figures">{contentOf(draft)}</p>
    </section>
  );
}

function contentOf({ type, hours, queries }: ReportDraft): string {
  const words = t().reports;
  switch (type) {
    case 'activity': {
      const from = new Date(now.value - Number(hours) * HOUR_MS);
      return words.lookBack(
        shortDateTime(from.toISOString()),
        shortDateTime(new Date(now.value).toISOString()),
      );
    }
    case 'cot-session':
      return words.wholeSession;
    case 'sql':
      return words.statements(queries.length);
    case 'audit':
      return words.wholeLog;
  }
}
