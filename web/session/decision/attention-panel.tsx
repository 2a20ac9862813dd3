import { useSignal } from '@preact/signals';
import { failureTypes } from '../../../src/contracts/errors.js';
import { t } from '../../app/i18n';
import { useKeys } from '../../app/keys';
import type { SessionDetail } from '../../app/types';
import { Button } from '../../ui/button';
import { Dialog, DialogChoice } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { Icon } from '../../ui/icon';
import { RaiseBudget } from './raise-budget';
import { RunAgain } from './run-again';
import { useContinue } from './use-continue';

/** A step that waits for its trigger. */
export function TriggerPanel({ session }: { readonly session: SessionDetail }) {
  const words = t().attention;
  const send = useContinue(session.id);
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

/** A step that used up its retries, or the budget. Everything before it is kept, and there are three ways on. */
export function AttentionPanel({ session }: { readonly session: SessionDetail }) {
  const words = t().attention;
  const isSpent = session.error?.code === failureTypes.budgetExhausted;
  return (
    <section class="decision" aria-labelledby="decision-title">
      <h2 id="decision-title">
        <Icon name="alert" /> {isSpent ? words.spent : words.title}
      </h2>
      <p class="decision-why" dir="auto">
        {isSpent ? words.spentText : (session.error?.message ?? session.progress.reason)}
      </p>
      <p class="quiet">{words.kept}</p>
      {isSpent ? <RaiseBudget session={session} /> : <RunAgain session={session} />}
      <LeaveOut id={session.id} />
    </section>
  );
}

function LeaveOut({ id }: { readonly id: string }) {
  const words = t().attention;
  const send = useContinue(id);
  const skip = useSignal('');
  const asks = useSignal(false);
  return (
    <>
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
      {asks.value && <FinishDialog id={id} onClose={() => (asks.value = false)} />}
    </>
  );
}

interface FinishDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** Nobody can undo an end. */
function FinishDialog({ id, onClose }: FinishDialogProps) {
  const words = t().attention;
  const send = useContinue(id);
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
