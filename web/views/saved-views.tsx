import { useSignal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { me } from '../app/me';
import { queries } from '../app/queries';
import type { SavedView } from '../app/types';
import { Button, IconButton } from '../ui/button';
import { removed } from './removed';
import { SaveDialog } from './save-dialog';

interface SavedViewsProps {
  /** The name of the list. */
  readonly page: string;
  /** The parameters of the address that a view holds. */
  readonly names: readonly string[];
}

type Query = Readonly<Record<string, string>>;

/** A list's filters under a name: choosing a view is going to its address. */
export function SavedViews({ page, names }: SavedViewsProps) {
  const words = t().views;
  const address = useAddress();
  const isSaving = useSignal(false);
  const views = useQuery({
    queryKey: ['views', page],
    queryFn: ({ signal }) => call('listSavedViews', { query: { page, limit: 100 }, signal }),
    staleTime: 60_000,
  });
  const shown: Query = Object.fromEntries(
    names.map((name) => [name, address.get(name)] as const).filter(([, value]) => value !== ''),
  );
  const items = views.data?.items ?? [];
  const current = items.find(({ query }) => isSame(query, shown));
  const isPlain = Object.keys(shown).length === 0;
  const choose = (id: string): void => {
    const query = items.find((view) => view.id === id)?.query ?? {};
    address.set(Object.fromEntries(names.map((name) => [name, query[name]?.toString()])));
  };
  return (
    <>
      {items.length > 0 && (
        <select
          class="input input-small"
          aria-label={words.views}
          value={current?.id ?? ''}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">{isPlain || current !== undefined ? words.none : words.unsaved}</option>
          {items.map(({ id, name, ownerId }) => (
            <option key={id} value={id}>
              {ownerId === me.value?.id ? name : words.shared(name)}
            </option>
          ))}
        </select>
      )}
      {current === undefined && !isPlain && (
        <Button onClick={() => (isSaving.value = true)}>{words.save}</Button>
      )}
      {current !== undefined && current.ownerId === me.value?.id && (
        <IconButton icon="close" label={words.remove(current.name)} onClick={() => void forget(current)} />
      )}
      {isSaving.value && (
        <SaveViewDialog page={page} query={shown} onClose={() => (isSaving.value = false)} />
      )}
    </>
  );
}

function isSame(one: SavedView['query'], other: Query): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every((name) => String(one[name]) === other[name])
  );
}

async function forget({ id, page, name, query, shared }: SavedView): Promise<void> {
  const undo = (): Promise<unknown> => call('createSavedView', { body: { page, name, query, shared } });
  await removed({ name, queryKey: ['views'] }, () => call('removeSavedView', { params: { id } }), undo);
}

interface SaveViewProps {
  readonly page: string;
  readonly query: Query;
  readonly onClose: () => void;
}

function SaveViewDialog({ page, query, onClose }: SaveViewProps) {
  const { save, name, share } = t().views;
  return (
    <SaveDialog
      words={{ title: save, name, share, save }}
      onSave={async (named) => {
        await call('createSavedView', { body: { page, query, ...named } });
        await queries.invalidateQueries({ queryKey: ['views'] });
      }}
      onClose={onClose}
    />
  );
}
