import { t } from '../app/i18n';
import { Skeleton } from '../ui/panel';

const ROWS = 9;

/** Rows and a preview, each where it will be. */
export function InboxSkeleton() {
  return (
    <div class="inbox-columns inbox-before" role="status" aria-label={t().actions.loading}>
      <div class="inbox-list">
        <div class="page-head" />
        {Array.from({ length: ROWS }, (_, place) => (
          <div key={place} class="inbox-row">
            <span class="skeleton-line" />
            <span class="inbox-row-text">
              <span class={`skeleton-line skeleton-${place % 3}`} />
              <span class="skeleton-line skeleton-note" />
            </span>
          </div>
        ))}
      </div>
      <div class="inbox-preview">
        <div class="preview-head">
          <Skeleton lines={2} />
        </div>
        <div class="preview-body">
          <Skeleton lines={9} />
        </div>
      </div>
    </div>
  );
}
