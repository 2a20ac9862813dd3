import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { useAction } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { isComplete, newReport, ReportFields, requestOf } from './report-fields';
import { ReportPreview } from './report-preview';
import { makeReport } from './report-queries';

export function ReportDialog({ onClose }: { readonly onClose: () => void }) {
  const address = useAddress();
  const draft = useSignal(newReport);
  const { busy, run } = useAction();
  const make = (): Promise<boolean> =>
    run(async () => address.go(`/jobs/${await makeReport(requestOf(draft.value))}`));
  const footer = (
    <DialogChoice
      onClose={onClose}
      busy={busy.value}
      disabled={!isComplete(draft.value)}
      onClick={() => void make()}
    >
      {t().reports.make}
    </DialogChoice>
  );
  return (
    <Dialog title={t().reports.make} onClose={onClose} footer={footer}>
      <ReportFields draft={draft.value} onChange={(next) => (draft.value = next)} />
      <ReportPreview draft={draft.value} />
    </Dialog>
  );
}
