import { KeyHint } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { t } from './i18n';
import { activeKeys, type KeyGroup } from './keys';

const groups: readonly KeyGroup[] = ['gate', 'session', 'lists', 'everywhere'];

/** Every key that does something right here. */
export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  const keys = activeKeys();
  return (
    <Dialog title={t().keys.sheet} wide onClose={onClose}>
      <div class="key-sheet">
        {groups.map((group) => {
          const actions = keys.filter((action) => action.group === group);
          if (actions.length === 0) return null;
          return (
            <section key={group}>
              <h3>{t().keys.groups[group]}</h3>
              <dl>
                {actions.map(({ keys: caps, label }) => (
                  <div key={caps}>
                    <dt>
                      <KeyHint keys={caps} />
                    </dt>
                    <dd dir="auto">{label}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
