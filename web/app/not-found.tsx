import { Empty } from '../ui/panel';
import { t } from './i18n';

export function NotFound() {
  return (
    <div class="page">
      <h1 class="unseen">{t().problems.noPage}</h1>
      <Empty title={t().problems.noPage} text={t().problems.noPageText}>
        <a class="button button-primary" href="/inbox">
          {t().nav.inbox}
        </a>
      </Empty>
    </div>
  );
}
