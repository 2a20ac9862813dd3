import { t } from '../app/i18n';
import { Empty, Loaded } from '../ui/panel';
import { ListSkeleton } from '../ui/skeletons';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useSqlHistory } from './sql-queries';

interface SqlHistoryProps {
  readonly chosen: string;
  readonly onPick: (sql: string) => void;
}

/** Earlier statements of this person: a click shows its result and takes its text up again. */
export function SqlHistory({ chosen, onPick }: SqlHistoryProps) {
  const history = useSqlHistory();
  return (
    <section>
      <h2>{t().sql.history}</h2>
      <Loaded query={history} skeleton={<ListSkeleton rows={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t().sql.noHistory} />
          ) : (
            <ul class="sql-history">
              {items.map((item) => (
                <li key={item.session_id}>
                  <a
                    href={`/sql/${item.session_id}`}
                    class="sql-history-item"
                    aria-current={item.session_id === chosen ? 'true' : undefined}
                    onClick={() => onPick(item.sql)}
                  >
                    <StateMark status={item.status} bare />
                    <code title={item.sql.slice(0, 1_000)}>{item.sql.slice(0, 200)}</code>
                    <span class="quiet">
                      <Ago at={item.created_at} />
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
