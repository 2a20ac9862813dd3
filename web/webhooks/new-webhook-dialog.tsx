import { useSignal } from '@preact/signals';
import { post } from '../app/client';
import { t } from '../app/i18n';
import { isProblem } from '../app/problem';
import { toastProblem } from '../app/toasts';
import type { Webhook } from '../app/types';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { TextField } from '../ui/field';
import { forgetWebhooks, WEBHOOKS } from './webhook-queries';

/** The secret is shown once, so the dialog stays until somebody has taken it along. */
export function NewWebhookDialog({ onClose }: { readonly onClose: () => void }) {
  const words = t().webhooks;
  const url = useSignal('');
  const events = useSignal('*');
  const description = useSignal('');
  const secret = useSignal<string | null>(null);
  const faults = useSignal<Readonly<Record<string, string>>>({});
  const busy = useSignal(false);
  const add = async (): Promise<void> => {
    busy.value = true;
    faults.value = {};
    try {
      const names = events.value.split(',').map((name) => name.trim());
      const body = { url: url.value.trim(), events: names, description: description.value.trim() };
      const made = await post<Webhook & { secret: string }>(WEBHOOKS, body);
      secret.value = made.secret;
      forgetWebhooks();
    } catch (error) {
      if (isProblem(error, 'validation_error')) {
        faults.value = Object.fromEntries(
          error.faults.map(({ path, message }) => [path.split('.')[0], message]),
        );
      } else toastProblem(error);
    }
    busy.value = false;
  };
  const footer =
    secret.value === null ? (
      <>
        <Button onClick={onClose}>{t().actions.cancel}</Button>
        <Button
          kind="primary"
          busy={busy.value}
          disabled={url.value.trim() === ''}
          onClick={() => void add()}
        >
          {words.add}
        </Button>
      </>
    ) : (
      <Button kind="primary" onClick={onClose}>
        {t().actions.close}
      </Button>
    );
  return (
    <Dialog title={words.add} onClose={onClose} footer={footer}>
      {secret.value === null ? (
        <>
          <TextField
            label={words.url}
            type="url"
            placeholder="https://"
            value={url.value}
            fault={faults.value['url']}
            onChange={(value) => (url.value = value)}
          />
          <TextField
            label={words.events}
            hint={words.eventsHint}
            value={events.value}
            fault={faults.value['events']}
            onChange={(value) => (events.value = value)}
          />
          <TextField
            label={words.description}
            value={description.value}
            fault={faults.value['description']}
            onChange={(value) => (description.value = value)}
          />
        </>
      ) : (
        <div class="note note-waiting" role="status">
          <p>{words.secretOnce}</p>
          <p class="row">
            <code class="secret">{secret.value}</code> <CopyButton text={secret.value} />
          </p>
        </div>
      )}
    </Dialog>
  );
}
