import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import type { InputOf, SessionDetail } from '../app/types';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { Dialog, DialogChoice } from '../ui/dialog';
import { AreaField, TextField } from '../ui/field';
import { Icon } from '../ui/icon';
import { command } from './session-queries';

/** A step that waits for its trigger. */
export function TriggerPanel({ session }: { readonly session: SessionDetail }) {
  const words = t().attention;
  const send = useCommand(session.id);
  const go = (): void => void send.run({});
  useKeys([{ keys: 'a', group: 'gate', label: words.runStep, run: go }]);
  const step = session.progress.currentStep;
  return (
    <section class="decision" aria-labelledby="decision-title">
      <h2 id="decision-title">
        <Icon name="hand" /> {words.stepWaits(step === null ? '' : t().steps[step])}
      </h2>
      <p>{words.stepWaitsText}</p>
      <Button kind="approve" hint="a" busy={send.busy.value} onClick={go}>
        {words.runStep}
      </Button>
    </section>
  );
}

/** A step that used up its retries: everything before it is kept, and there are three ways on. */
export function AttentionPanel({ session }: { readonly session: SessionDetail }) {
  const words = t().attention;
  const send = useCommand(session.id);
  const instructions = useSignal('');
  const model = useSignal('');
  const skip = useSignal('');
  const again = (): void => {
    const change = {
      ...(instructions.value.trim() === '' ? {} : { instructions: instructions.value }),
      ...(model.value.trim() === '' ? {} : { model: model.value.trim() }),
    };
    void send.run(change);
  };
  const button = useRef<HTMLButtonElement>(null);
  // The key only chooses it, and Enter confirms, as a key at a gate does.
  useKeys([{ keys: 'r', group: 'gate', label: words.again, run: () => button.current?.focus() }]);
  const asks = useSignal(false);
  return (
    <section class="decision" aria-labelledby="decision-title">
      <h2 id="decision-title">
        <Icon name="alert" /> {words.title}
      </h2>
      <p class="decision-why" dir="auto">
        {session.error?.message ?? session.progress.reason}
      </p>
      <p class="quiet">{words.kept}</p>
      <Button inner={button} kind="approve" hint="r" busy={send.busy.value} onClick={again}>
        {words.again}
      </Button>
      <details class="decision-more">
        <summary>{words.change}</summary>
        <AreaField
          label={words.instructions}
          rows={3}
          value={instructions.value}
          onChange={(value) => (instructions.value = value)}
        />
        <TextField label={words.model} value={model.value} onChange={(value) => (model.value = value)} />
      </details>
      <details class="decision-more">
        <summary>{words.leaveOut}</summary>
        <TextField label={words.why} value={skip.value} onChange={(value) => (skip.value = value)} />
        <div class="row">
          <Button
            disabled={skip.value.trim() === ''}
            onClick={() => void send.run({ skip: { reason: skip.value.trim() } })}
          >
            {words.skip}
          </Button>
          <Button onClick={() => (asks.value = true)}>{words.finish}</Button>
        </div>
      </details>
      {asks.value && <FinishDialog id={session.id} onClose={() => (asks.value = false)} />}
    </section>
  );
}

interface FinishDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** Nobody can undo an end. */
function FinishDialog({ id, onClose }: FinishDialogProps) {
  const words = t().attention;
  const send = useCommand(id);
  const footer = (
    <DialogChoice
      onClose={onClose}
      leave={t().session.keepRunning}
      kind="danger"
      busy={send.busy.value}
      onClick={() => void send.run({ finish: true })}
    >
      {words.finishForGood}
    </DialogChoice>
  );
  return (
    <Dialog title={words.finishTitle} onClose={onClose} footer={footer}>
      <p>{t().session.cancelText}</p>
    </Dialog>
  );
}

function useCommand(id: string) {
  const { busy, run } = useAction();
  return {
    busy,
    run: (change: InputOf<'continueSession'>['body']): Promise<boolean> =>
      run(() => command(id, 'continueSession', change)),
  };
}
