import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { notices } from '../notifications/notice-words';
import { me } from '../app/me';
import { toastProblem } from '../app/toasts';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { canPush, currentSubscription, NobodyError, subscribe, unsubscribe } from './push-subscription';

type State = 'unknown' | 'on' | 'off';

/** Deadlines as notifications of this very device. */
export function PushSection() {
  const words = notices().push;
  const state = useSignal<State>('unknown');
  const email = useSignal(me.value?.email ?? '');
  const fault = useSignal<string | undefined>(undefined);
  const { busy, run } = useAction();
  const look = async (): Promise<void> => {
    state.value = (await currentSubscription()) === null ? 'off' : 'on';
  };
  useEffect(() => {
    if (canPush()) void look().catch(toastProblem);
  }, []);
  const shows = (error: unknown): boolean => {
    if (error instanceof NobodyError) fault.value = words.nobody;
    else if (error instanceof DOMException && error.name === 'NotAllowedError') fault.value = words.denied;
    return fault.value !== undefined;
  };
  const change = async (): Promise<void> => {
    fault.value = undefined;
    await run(() => (state.value === 'on' ? unsubscribe() : subscribe(email.value.trim())), { shows });
    await look().catch(toastProblem);
  };
  return (
    <section class="settings-part">
      <h2>{words.title}</h2>
      <p class="quiet">{words.text}</p>
      {canPush() ? (
        <>
          {state.value === 'off' && (
            <TextField
              label={words.who}
              hint={words.whoHint}
              type="email"
              value={email.value}
              fault={fault.value}
              onChange={(value) => (email.value = value)}
            />
          )}
          {state.value === 'on' && <p>{words.on}</p>}
          <Button busy={busy.value} disabled={state.value === 'unknown'} onClick={() => void change()}>
            {state.value === 'on' ? words.unsubscribe : words.subscribe}
          </Button>
        </>
      ) : (
        <p class="note">{words.unsupported}</p>
      )}
    </section>
  );
}
