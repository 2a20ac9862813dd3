import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { me } from '../app/me';
import { queries } from '../app/queries';
import { removed } from '../views/removed';
import type { SavedQuery } from '../app/types';
import { IconButton } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { ListSkeleton } from '../ui/skeletons';
import { SaveDialog } from '../views/save-dialog';

const KEY = ['sql', 'saved'];
/** The most that one page of a list has. */
const MOST_SHOWN = 100;

/** Own queries and those that others share: a click takes one up in the editor. */
export function SavedQueries({ onPick }: { readonly onPick: (query: SavedQuery) => void }) {
  const words = t().sql;
  const saved = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call('listSavedQueries', { query: { limit: MOST_SHOWN }, signal }),
    staleTime: 60_000,
  });
  return (
    <section aria-label={words.saved}>
      <h2>{words.saved}</h2>
      <Loaded query={saved} skeleton={<ListSkeleton rows={1} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.noSaved} />
          ) : (
            <ul class="sql-saved">
              {items.map((query) => (
                <li key={query.id} class="row">
                  <button type="button" class="facet" onClick={() => onPick(query)}>
                    <span dir="auto">{query.name}</span> <span class="quiet">{query.data_source}</span>
                  </button>
                  {query.owner_id === me.value?.id && (
                    <IconButton
                      icon="close"
                      label={words.removeSaved(query.name)}
                      onClick={() => void forget(query)}
                    />
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

async function forget({ id, name, shared, sql, data_source, params }: SavedQuery): Promise<void> {
  const undo = (): Promise<unknown> =>
    call('createSavedQuery', { body: { name, shared, sql, data_source, params } });
  await removed({ name, queryKey: KEY }, () => call('removeSavedQuery', { params: { id } }), undo);
}

export type UnsavedQuery = Pick<SavedQuery, 'sql' | 'data_source' | 'params'>;

interface SaveQueryProps {
  readonly query: UnsavedQuery;
  readonly onClose: () => void;
}

export function SaveQueryDialog({ query, onClose }: SaveQueryProps) {
  const { saveTitle: title, name, share, save } = t().sql;
  return (
    <SaveDialog
      words={{ title, name, share, save }}
      onSave={async (named) => {
        await call('createSavedQuery', { body: { ...query, ...named } });
        await queries.invalidateQueries({ queryKey: KEY });
      }}
      onClose={onClose}
    />
  );
}
