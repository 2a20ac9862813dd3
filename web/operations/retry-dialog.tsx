import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { toast } from '../app/toasts';
import type { FailureGroup, RetriedFailures } from '../app/types';
import { useAction } from '../app/use-action';
import { askAgain } from '../live/changes';
import { Dialog, DialogChoice } from '../ui/dialog';
import { Loaded } from '../ui/panel';
import { FAILURES } from './failure-queries';

interface RetryDialogProps {
  readonly group: FailureGroup;
  readonly onClose: () => void;
}

/** Says first what would be done again and what not, then does it. */
export function RetryDialog({ group, onClose }: RetryDialogProps) {
  const words = t().operations;
  const { busy, run } = useAction();
  const params = { fingerprint: group.fingerprint };
  const preview = useQuery({
    queryKey: [FAILURES, group.fingerprint, 'preview'],
    queryFn: () => call('retryFailures', { params, body: { dryRun: true } }),
    staleTime: 0,
    retry: false,
  });
  const ready = preview.data?.results.filter(({ status }) => status === 'would_retry').length ?? 0;
  const retry = async (): Promise<void> => {
    await run(async () => {
      const { results } = await call('retryFailures', { params, body: {} });
      const done = results.filter(({ status }) => status === 'retried').length;
      toast({ tone: done === results.length ? 'done' : 'failed', text: words.retried(done, results.length) });
      onClose();
    });
    askAgain(FAILURES);
  };
  const footer = (
    <DialogChoice
      onClose={onClose}
      icon="redo"
      busy={busy.value}
      disabled={ready === 0}
      onClick={() => void retry()}
    >
      {words.retry(ready)}
    </DialogChoice>
  );
  return (
    <Dialog title={words.retryTitle} onClose={onClose} footer={footer}>
      <p dir="auto">
        {group.subject}: <code>{group.code}</code>
      </p>
      <Loaded query={preview}>{(data) => <Preview preview={data} />}</Loaded>
    </Dialog>
  );
}

function Preview({ preview: { matching, results } }: { readonly preview: RetriedFailures }) {
  const words = t().operations;
  const refused = results.filter(({ status }) => status === 'refused');
  return (
    <>
      <p>{words.wouldRetry(results.length - refused.length, matching)}</p>
      {matching > results.length && <p class="note">{words.oldestFirst(results.length)}</p>}
      {refused.length > 0 && (
        <ul class="letters">
          {refused.map(({ id, code }) => (
            <li key={id}>
              <code>{id}</code> <span class="quiet">{code}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
