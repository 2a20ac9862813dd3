import { t } from '../app/i18n';
import type { SqlSession } from '../app/types';
import { Button } from '../ui/button';
import { Ago } from '../ui/time';

interface SqlStatementProps {
  readonly session: SqlSession;
  /** The text of the editor: where it is the statement, the statement is not shown twice. */
  readonly draft: string;
  readonly onPick: (sql: string) => void;
}

/** The statement of a run, with its parameters, its source and its time. */
export function SqlStatement({ session, draft, onPick }: SqlStatementProps) {
  const words = t().sql;
  const { sql, params, data_source: source, created_at: at, row_limit: limit } = session;
  return (
    <section class="sql-asked" aria-label={words.asked}>
      <dl class="facts">
        <div>
          <dt>{words.source}</dt>
          <dd>
            <code>{source}</code> · <Ago at={at} />
          </dd>
        </div>
        <Parameters params={params} />
        {limit !== null && (
          <div>
            <dt>{words.rowLimit}</dt>
            <dd class="figures">{limit}</dd>
          </div>
        )}
      </dl>
      {sql !== draft && (
        <>
          <pre class="sql-statement" dir="auto" tabIndex={0}>
            {sql}
          </pre>
          <Button icon="edit" onClick={() => onPick(sql)}>
            {words.takeUp}
          </Button>
        </>
      )}
    </section>
  );
}

/** Of a saved query that was taken up. */
export function SqlParameters({ params }: Pick<SqlSession, 'params'>) {
  return (
    <dl class="facts">
      <Parameters params={params} />
    </dl>
  );
}

function Parameters({ params }: Pick<SqlSession, 'params'>) {
  return (
    <>
      {params.map((given, place) => (
        <div key={place}>
          <dt>${place + 1}</dt>
          <dd>
            <code dir="auto">{parameterText(given)}</code>
          </dd>
        </div>
      ))}
    </>
  );
}

function parameterText(given: SqlSession['params'][number]): string {
  if (given === null || typeof given !== 'object') return JSON.stringify(given);
  return `${JSON.stringify(given.value)}::${given.type}`;
}
