import { useSignal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { get, post, remove } from '../app/client';
import { t } from '../app/i18n';
import { me } from '../app/me';
import { queries } from '../app/queries';
import { toastProblem } from '../app/toasts';
import type { Page, SavedQuery } from '../app/types';
import { Button, IconButton } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { CheckField, TextField } from '../ui/field';
import { Empty, Loaded } from '../ui/panel';

const SAVED = '/api/v1/sql/saved-queries';
const KEY = ['sql', 'saved'];
/** The most that one page of a list has. */
const MOST_SHOWN = 100;

/** Own queries and those that others share: a click takes one up in the editor. */
export function SavedQueries({ onPick }: { readonly onPick: (query: SavedQuery) => void }) {
  const words = t().sql;
  const saved = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<Page<SavedQuery>>(SAVED, { limit: MOST_SHOWN }, signal),
    staleTime: 60_000,
  });
  return (
    <section aria-label={words.saved}>
      <h2>{words.saved}</h2>
      <Loaded query={saved}>
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
                      onClick={() => void forget(query.id)}
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

async function forget(id: string): Promise<void> {
  await remove(`${SAVED}/${id}`).catch(toastProblem);
  void queries.invalidateQueries({ queryKey: KEY });
}

export type UnsavedQuery = Pick<SavedQuery, 'sql' | 'data_source' | 'params'>;

interface SaveQueryProps {
  readonly query: UnsavedQuery;
  readonly onClose: () => void;
}

export function SaveQueryDialog({ query, onClose }: SaveQueryProps) {
  const words = t().sql;
  const name = useSignal('');
  const isShared = useSignal(false);
  const busy = useSignal(false);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    try {
      await post(SAVED, { ...query, name: name.value.trim(), shared: isShared.value });
      await queries.invalidateQueries({ queryKey: KEY });
      onClose();
    } catch (error) {
      toastProblem(error);
      busy.value = false;
    }
  };
  const footer = (
    <>
      <Button onClick={onClose}>{t().actions.cancel}</Button>
      <Button
        kind="primary"
        type="submit"
        form="save-query"
        busy={busy.value}
        disabled={name.value.trim() === ''}
      >
        {words.save}
      </Button>
    </>
  );
  return (
    <Dialog title={words.saveTitle} onClose={onClose} footer={footer}>
      <form id="save-query" onSubmit={(event) => void save(event)}>
        <TextField
          label={words.name}
          value={name.value}
          maxLength={200}
          onChange={(value) => (name.value = value)}
        />
        <CheckField
          label={words.share}
          checked={isShared.value}
          onChange={(checked) => (isShared.value = checked)}
        />
      </form>
    </Dialog>
  );
}
