import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { toastProblem } from '../app/toasts';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { forgetWebhooks } from './webhook-queries';

/** A new secret is shown once, after it was asked for twice: receivers need it within a day. */
export function RotateSecret({ webhookId }: { readonly webhookId: string }) {
  const words = t().webhooks;
  const state = useSignal<'idle' | 'asked' | 'busy'>('idle');
  const secret = useSignal<string | null>(null);
  const rotate = async (): Promise<void> => {
    state.value = 'busy';
    try {
      secret.value = (await call('rotateWebhookSecret', { params: { id: webhookId } })).secret;
    } catch (error) {
      toastProblem(error);
    }
    state.value = 'idle';
    forgetWebhooks();
  };
  if (secret.value !== null) {
    return (
      <div class="note note-waiting" role="status">
        <p>{words.secretOnce}</p>
        <p>{words.oldSecret}</p>
        <p class="row">
          <code class="secret">{secret.value}</code> <CopyButton text={secret.value} />
        </p>
      </div>
    );
  }
  if (state.value === 'idle') return <Button onClick={() => (state.value = 'asked')}>{words.rotate}</Button>;
  return (
    <div class="note note-waiting">
      <p>{words.rotateWarning}</p>
      <p class="row">
        <Button kind="danger" busy={state.value === 'busy'} onClick={() => void rotate()}>
          {words.rotateNow}
        </Button>
        <Button onClick={() => (state.value = 'idle')}>{t().actions.cancel}</Button>
      </p>
    </div>
  );
}
