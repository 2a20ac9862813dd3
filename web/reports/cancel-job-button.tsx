import { useSignal } from '@preact/signals';
import { remove } from '../app/client';
import { t } from '../app/i18n';
import { queries } from '../app/queries';
import { toastProblem } from '../app/toasts';
import type { Job } from '../app/types';
import { Button } from '../ui/button';
import { jobKey } from './report-queries';

/** Of a job that runs. It stays pressed until the job has ended. */
export function CancelJobButton({ job }: { readonly job: Job }) {
  const busy = useSignal(false);
  const cancel = async (): Promise<void> => {
    busy.value = true;
    await remove(`/jobs/${job.jobId}`).catch(toastProblem);
    await queries.invalidateQueries({ queryKey: jobKey(job.jobId) });
    busy.value = false;
  };
  return (
    <Button icon="stop" busy={busy.value || job.cancelRequested} onClick={() => void cancel()}>
      {job.cancelRequested ? t().reports.canceling : t().session.cancel}
    </Button>
  );
}
