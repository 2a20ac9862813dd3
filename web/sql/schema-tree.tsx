import { compactNumber, number } from '../app/format';
import { t } from '../app/i18n';
import { Empty, Loaded } from '../ui/panel';
import { ListSkeleton } from '../ui/skeletons';
import { useSchema } from './sql-queries';

interface SchemaTreeProps {
  readonly source: string;
  readonly onPick: (name: string) => void;
}

export function SchemaTree({ source, onPick }: SchemaTreeProps) {
  const schema = useSchema(source);
  return (
    <section>
      <h2>{t().sql.tables}</h2>
      <Loaded query={schema} skeleton={<ListSkeleton rows={4} />}>
        {({ tables }) =>
          tables.length === 0 ? (
            <Empty title={t().sql.noTables} />
          ) : (
            <ul class="schema-tree">
              {tables.map(({ schema: of, name, columns, estimated_rows: rows }) => (
                <li key={`${of}.${name}`}>
                  <details>
                    <summary title={rows !== null && rows >= 0 ? t().sql.rowsBasis(number(rows)) : undefined}>
                      <span dir="auto">{of === 'public' ? name : `${of}.${name}`}</span>{' '}
                      {rows !== null && rows >= 0 && <span class="figures quiet">{compactNumber(rows)}</span>}
                    </summary>
                    {rows !== null && rows >= 0 && <p class="quiet">{t().sql.rowsBasis(number(rows))}</p>}
                    <ul>
                      {columns.map((column) => (
                        <li key={column.name}>
                          <button type="button" class="facet" onClick={() => onPick(column.name)}>
                            <span dir="auto">{column.name}</span> <span class="quiet">{column.type}</span>
                          </button>
                        </li>
                      ))}
                    </ul>
                  </details>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
