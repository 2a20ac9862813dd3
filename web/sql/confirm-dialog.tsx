import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import type { SqlQuestion } from '../app/types';
import { useAction } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { CheckField } from '../ui/field';
import { EstimateFacts } from './estimate-facts';
import { confirmQuestion, dropQuestion } from './sql-queries';

interface ConfirmProps {
  readonly question: Pick<SqlQuestion, 'id' | 'sql' | 'estimate'>;
  readonly onRun: (id: string) => void;
  readonly onClose: () => void;
}

/** Much data is asked for once more. A dialog that is only closed leaves the question in the inbox. */
export function ConfirmDialog({ question, onRun, onClose }: ConfirmProps) {
  const words = t().sql;
  const { id, sql, estimate } = question;
  const { busy, run } = useAction();
  const remember = useSignal(false);
  const confirm = (): Promise<boolean> =>
    run(async () => onRun((await confirmQuestion(id, remember.value)).session_id));
  const drop = (): Promise<boolean> =>
    run(async () => {
      await dropQuestion(id);
      onClose();
    });
  const footer = (
    <DialogChoice
      leave={words.doNotRun}
      onClose={() => void drop()}
      busy={busy.value}
      onClick={() => void confirm()}
    >
      {words.runAnyway}
    </DialogChoice>
  );
  return (
    <Dialog title={words.muchData} onClose={onClose} footer={footer}>
      <p>{words.nothingRuns}</p>
      <pre class="sql-statement" dir="auto" tabIndex={0}>
        {sql}
      </pre>
      <EstimateFacts estimate={estimate} />
      <CheckField
        label={words.remember}
        checked={remember.value}
        onChange={(next) => (remember.value = next)}
      />
    </Dialog>
  );
}
