import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import type { SessionDetail } from '../app/types';
import { useAction } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { AreaField, SelectField, TextField } from '../ui/field';
import { RerunPrice } from './decision/rerun-price';
import { command, forkSession } from './session-queries';

interface DialogProps {
  readonly session: SessionDetail;
  readonly onClose: () => void;
}

export function CancelDialog({ session, onClose }: DialogProps) {
  const words = t().session;
  const reason = useSignal('');
  const { busy, run } = useAction();
  const cancel = (): Promise<boolean> =>
    run(() =>
      command(session.id, 'cancelSession', reason.value === '' ? {} : { reason: reason.value }).then(onClose),
    );
  const footer = (
    <DialogChoice
      onClose={onClose}
      leave={words.keepRunning}
      kind="danger"
      busy={busy.value}
      onClick={() => void cancel()}
    >
      {words.cancelForGood}
    </DialogChoice>
  );
  return (
    <Dialog title={words.cancelTitle} onClose={onClose} footer={footer}>
      <p>{words.cancelText}</p>
      <TextField label={words.reason} value={reason.value} onChange={(value) => (reason.value = value)} />
    </Dialog>
  );
}

export function ForkDialog({ session, onClose }: DialogProps) {
  const words = t().session;
  const address = useAddress();
  const phase = useSignal(String(session.progress.currentPhase));
  const instructions = useSignal('');
  const { busy, run } = useAction();
  const from = { phase: Number(phase.value) };
  const fork = (): Promise<boolean> =>
    run(
      async () => {
        const rerun = instructions.value === '' ? { from } : { from, instructions: instructions.value };
        const { id } = await forkSession(session.id, rerun);
        address.go(`/sessions/${id}`);
        onClose();
      },
      { done: words.forked },
    );
  const footer = (
    <DialogChoice onClose={onClose} busy={busy.value} onClick={() => void fork()}>
      {words.fork}
    </DialogChoice>
  );
  return (
    <Dialog title={words.forkTitle} onClose={onClose} footer={footer}>
      <p>{words.forkText}</p>
      <SelectField
        label={words.forkFrom}
        value={phase.value}
        onChange={(value) => (phase.value = value)}
        options={session.phases.map(({ number, title }) => [String(number), `${number}. ${title}`] as const)}
      />
      <AreaField
        label={words.instructions}
        value={instructions.value}
        onChange={(value) => (instructions.value = value)}
      />
      <RerunPrice sessionId={session.id} kind="fork" from={from} digest={session.progress.outputDigest} />
    </Dialog>
  );
}
