import { useSignal } from '@preact/signals';
import { isFinal } from '../../src/domain/runs/status.js';
import { t } from '../app/i18n';
import { toast } from '../app/toasts';
import type { SessionSummary } from '../app/types';
import { useAction } from '../app/use-action';
import { BulkApproveDialog } from '../inbox/bulk-approve';
import { command } from '../session/session-queries';
import { Button, IconButton } from '../ui/button';
import { Dialog, DialogChoice } from '../ui/dialog';

interface SelectionBarProps {
  readonly sessions: readonly SessionSummary[];
  readonly onClear: () => void;
}

const isOpen = ({ status }: SessionSummary): boolean => !isFinal(status);

const able = {
  pauseSession: (session: SessionSummary) => isOpen(session) && session.status !== 'paused',
  resumeSession: (session: SessionSummary) => session.status === 'paused',
  cancelSession: isOpen,
} as const;

type BulkCommand = keyof typeof able;

/** The actions for many selected sessions. A session that refuses does not stop the others. */
export function SelectionBar({ sessions, onClear }: SelectionBarProps) {
  const words = t().sessions;
  const action = useAction();
  const asks = useSignal<'approve' | 'cancel' | null>(null);
  const close = (): void => void (asks.value = null);
  const atGate = sessions.filter(({ gateId }) => gateId !== null);
  const run = (name: BulkCommand): Promise<boolean> =>
    action.run(async () => {
      const chosen = sessions.filter(able[name]);
      const done = await Promise.allSettled(chosen.map(({ id }) => command(id, name)));
      const count = done.filter(({ status }) => status === 'fulfilled').length;
      toast({ tone: count === chosen.length ? 'done' : 'plain', text: words.bulkDone(count, chosen.length) });
      onClear();
    });
  const count = (name: BulkCommand): number => sessions.filter(able[name]).length;
  return (
    <div class="selection-bar" role="region" aria-label={words.selected(sessions.length)}>
      <strong>{words.selected(sessions.length)}</strong>
      <Button
        kind="approve"
        icon="check"
        disabled={atGate.length === 0}
        onClick={() => (asks.value = 'approve')}
      >
        {words.approveMany}
      </Button>
      <Button
        icon="pause"
        busy={action.busy.value}
        disabled={count('pauseSession') === 0}
        onClick={() => void run('pauseSession')}
      >
        {t().session.pause}
      </Button>
      <Button
        icon="play"
        busy={action.busy.value}
        disabled={count('resumeSession') === 0}
        onClick={() => void run('resumeSession')}
      >
        {t().session.resume}
      </Button>
      <Button
        kind="danger"
        icon="stop"
        disabled={count('cancelSession') === 0}
        onClick={() => (asks.value = 'cancel')}
      >
        {t().session.cancel}
      </Button>
      <IconButton icon="close" label={words.clearSelection} onClick={onClear} />
      {asks.value === 'approve' && <BulkApproveDialog sessions={atGate} onClose={close} />}
      {asks.value === 'cancel' && (
        <Dialog
          title={words.cancelMany(count('cancelSession'))}
          onClose={close}
          footer={
            <DialogChoice
              onClose={close}
              leave={t().session.keepRunning}
              kind="danger"
              busy={action.busy.value}
              onClick={() => void run('cancelSession')}
            >
              {t().session.cancelForGood}
            </DialogChoice>
          }
        >
          <p>{t().session.cancelText}</p>
        </Dialog>
      )}
    </div>
  );
}
