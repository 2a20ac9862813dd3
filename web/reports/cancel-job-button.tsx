import { call } from '../app/client';
import { t } from '../app/i18n';
import { queries } from '../app/queries';
import type { Job } from '../app/types';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { jobKey } from './report-queries';

/** Of a job that runs. It stays pressed until the job has ended. */
export function CancelJobButton({ job }: { readonly job: Job }) {
  const { busy, run } = useAction();
  const cancel = (): Promise<boolean> =>
    run(() =>
      call('cancelJob', { params: { id: job.jobId } }).finally(() =>
        queries.invalidateQueries({ queryKey: jobKey(job.jobId) }),
      ),
    );
  return (
    <Button icon="stop" busy={busy.value || job.cancelRequested} onClick={() => void cancel()}>
      {job.cancelRequested ? t().reports.canceling : t().session.cancel}
    </Button>
  );
}
