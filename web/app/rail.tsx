import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../ui/icon';
import { Mark } from '../ui/mark';
import { t } from './i18n';
import { useAddress } from './location';
import { waitingCount } from './page-title';
import { navItems } from './routes';

export function Rail() {
  const { path } = useAddress();
  const isAt = (item = '-'): boolean => `${path}/`.startsWith(`${item}/`);
  const list = useRef<HTMLUListElement>(null);
  // On a phone the rail is wider than the screen: the chosen page may lie beyond it.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <nav class="rail" aria-label={t().frame.pages}>
      <a class="rail-brand" href="/inbox">
        <Mark /> <span>Sluice</span>
      </a>
      <ul ref={list}>
        {navItems().map((item) => (
          <li key={item.path}>
            <a
              class="rail-item"
              href={item.path}
              aria-current={isAt(item.path) || isAt(item.above) ? 'page' : undefined}
              title={`${t().nav[item.name]} (g ${item.key})`}
            >
              <Icon name={item.name} />
              <span>{t().nav[item.name]}</span>
              {item.name === 'inbox' && waitingCount.value > 0 && (
                <span class="count count-waiting">
                  {waitingCount.value > 99 ? '99+' : waitingCount.value}
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
