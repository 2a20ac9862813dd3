import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { useForm } from '../app/use-action';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Dialog, DialogChoice } from '../ui/dialog';
import { TextField } from '../ui/field';
import { forgetWebhooks } from './webhook-queries';

/** The secret is shown once, so the dialog stays until somebody has taken it along. */
export function NewWebhookDialog({ onClose }: { readonly onClose: () => void }) {
  const words = t().webhooks;
  const url = useSignal('');
  const events = useSignal('*');
  const description = useSignal('');
  const secret = useSignal<string | null>(null);
  const { busy, faults, send } = useForm();
  const add = (): Promise<boolean> =>
    send(async () => {
      const names = events.value.split(',').map((name) => name.trim());
      const body = { url: url.value.trim(), events: names, description: description.value.trim() };
      const made = await call('createWebhook', { body });
      secret.value = made.secret;
      forgetWebhooks();
    });
  const footer =
    secret.value === null ? (
      <DialogChoice
        onClose={onClose}
        busy={busy.value}
        disabled={url.value.trim() === ''}
        onClick={() => void add()}
      >
        {words.add}
      </DialogChoice>
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
