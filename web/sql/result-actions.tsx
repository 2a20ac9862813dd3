import { addressOf } from '../app/client';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { toast, toastProblem } from '../app/toasts';
import type { SqlResults } from '../app/types';
import { Button } from '../ui/button';
import { copyText } from '../ui/copy-button';
import { Icon } from '../ui/icon';
import { Menu } from '../ui/menu';
import { jsonOf, tsvOf } from './copied-rows';
import { readRows } from './sql-queries';

const formats = ['csv', 'xlsx', 'json', 'ndjson', 'parquet'] as const;
/** As many as the server gives in one answer. A whole result is a download. */
const MOST_COPIED = 10_000;

interface ResultActionsProps {
  readonly id: string;
  readonly rows: number;
  readonly isCharted: boolean;
  readonly onChart: () => void;
  readonly onQuery: (sql: string) => void;
}

/** Downloads a stored result, copies it, or makes it the source of a statement. */
export function ResultActions({ id, rows, isCharted, onChart, onQuery }: ResultActionsProps) {
  const words = t().sql;
  const copy = async (write: (results: SqlResults) => string): Promise<void> => {
    const results = await readRows(id, 0, MOST_COPIED);
    await copyText(write(results));
    toast({ tone: 'done', text: words.copied(number(results.rows.length), number(rows)) });
  };
  const copyAs = (write: (results: SqlResults) => string) => () => void copy(write).catch(toastProblem);
  return (
    <div class="row result-actions">
      <Menu
        label={t().reports.download}
        icon="download"
        items={formats.map((format) => ({
          label: format === 'parquet' ? 'Parquet' : format.toUpperCase(),
          href: addressOf('downloadSqlResult', { params: { id }, query: { format } }),
          download: true,
        }))}
      />
      <Menu
        label={t().actions.copy}
        icon="copy"
        items={[
          { label: words.copyAs('TSV'), run: copyAs(tsvOf) },
          { label: words.copyAs('JSON'), run: copyAs(jsonOf) },
        ]}
      />
      <Button kind="quiet" icon="operations" pressed={isCharted} onClick={onChart}>
        {words.chart}
      </Button>
      <a
        class="button button-quiet"
        href="/sql?source=result"
        onClick={() => onQuery(`select * from r_${id} limit 100`)}
      >
        <Icon name="sql" /> {words.queryThis}
      </a>
    </div>
  );
}
