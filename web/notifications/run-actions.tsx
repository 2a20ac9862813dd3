import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import { toast } from '../app/toasts';
import type { DeadlineRunResult, Job } from '../app/types';
import { CancelJobButton } from '../reports/cancel-job-button';
import { Button } from '../ui/button';
import { Dialog, DialogChoice } from '../ui/dialog';
import { useSave } from './use-save';

interface RunActionsProps {
  readonly job: Job;
  readonly result: DeadlineRunResult | undefined;
}

export function RunActions({ job, result }: RunActionsProps) {
  const asks = useSignal(false);
  if (job.status === 'running') {
    return <CancelJobButton job={job} />;
  }
  if (result?.dry_run !== true || result.email_sent + result.push_sent === 0) return null;
  return (
    <>
      <Button kind="primary" icon="play" onClick={() => (asks.value = true)}>
        {notices().run.execute}
      </Button>
      {asks.value && <ExecuteDialog id={job.jobId} plan={result} onClose={() => (asks.value = false)} />}
    </>
  );
}

interface ExecuteDialogProps {
  readonly id: string;
  readonly plan: DeadlineRunResult;
  readonly onClose: () => void;
}

/** A sent message cannot be taken back, so the person confirms with the numbers in view. */
function ExecuteDialog({ id, plan, onClose }: ExecuteDialogProps) {
  const words = notices().run;
  const address = useAddress();
  const { busy, save } = useSave();
  const execute = (): Promise<boolean> =>
    save(async () => {
      const { jobId } = await call('executeDeadlinePlan', { params: { id } });
      toast({ tone: 'done', text: words.executed });
      onClose();
      address.go(`/notifications/runs/${jobId}`);
    });
  const footer = (
    <DialogChoice onClose={onClose} busy={busy.value} onClick={() => void execute()}>
      {words.execute}
    </DialogChoice>
  );
  return (
    <Dialog title={words.executeTitle} onClose={onClose} footer={footer}>
      <p>{words.executeText(plan.email_sent, plan.push_sent)}</p>
    </Dialog>
  );
}
