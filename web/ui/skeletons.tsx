import type { ComponentChildren } from 'preact';
import { t } from '../app/i18n';

const times = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

function Waiting({ kind, children }: { readonly kind: string; readonly children: ComponentChildren }) {
  return (
    <div class={`skeleton ${kind}`} role="status" aria-label={t().actions.loading}>
      {children}
    </div>
  );
}

interface TableSkeletonProps {
  readonly rows?: number;
  /** The height of a row, where it is more than one line of text. */
  readonly px?: number;
  /** The lines of a card on a phone. */
  readonly columns?: number;
}

/** As high as a table of records: its head and its rows. On a phone each row is a card. */
export function TableSkeleton({ rows = 8, px = 39, columns = 5 }: TableSkeletonProps) {
  return (
    <Waiting kind="skeleton-table table-frame">
      {times(rows).map((place) => (
        <span key={place} class="skeleton-record" style={{ '--row': `${px}px`, '--columns': columns }}>
          <span class={`skeleton-line skeleton-${place % 3}`} />
          <span class="skeleton-line" />
          <span class="skeleton-line" />
        </span>
      ))}
    </Waiting>
  );
}

/** As high as a list of the audit log. */
export function EntriesSkeleton({ rows }: { readonly rows: number }) {
  return (
    <Waiting kind="skeleton-entries audit-list">
      {times(rows).map((place) => (
        <span key={place} class="skeleton-entry">
          <span class={`skeleton-line skeleton-${place % 3}`} />
        </span>
      ))}
    </Waiting>
  );
}

/** As high as numbers beside each other: `tiles` have two lines, `parts` one. */
export function TilesSkeleton({ kind, count }: { readonly kind: 'tiles' | 'parts'; readonly count: number }) {
  return (
    <Waiting kind={`skeleton-tiles ${kind}`}>
      {times(count).map((place) => (
        <div key={place}>
          <span class="skeleton-line" />
        </div>
      ))}
    </Waiting>
  );
}

/** As high as the facets of a list, group by group. */
export function FacetsSkeleton({ groups }: { readonly groups: readonly number[] }) {
  return (
    <Waiting kind="skeleton-facets">
      {groups.map((values, group) => (
        <section key={group}>
          <h2 aria-hidden="true">
            <span class="skeleton-line" />
          </h2>
          <ul>
            {times(values).map((place) => (
              <li key={place} class="facet">
                <span class={`skeleton-line skeleton-${place % 3}`} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Waiting>
  );
}

/** As high as one line of text, a state or a note. */
export function LineSkeleton() {
  return (
    <Waiting kind="skeleton-one">
      <span class="skeleton-line" />
    </Waiting>
  );
}

/** As high as short lines below each other, as they stand at the side of a page. */
export function ListSkeleton({ rows }: { readonly rows: number }) {
  return (
    <Waiting kind="skeleton-list">
      {times(rows).map((place) => (
        <span key={place} class={`skeleton-line skeleton-${place % 3}`} />
      ))}
    </Waiting>
  );
}
