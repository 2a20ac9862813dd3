import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { duration, number } from '../app/format';
import { t } from '../app/i18n';
import { toastProblem } from '../app/toasts';
import type { SqlStatus } from '../app/types';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Loaded } from '../ui/panel';
import { StateMark, toneOf } from '../ui/state-mark';
import { DataGrid } from './data-grid';
import { ResultActions } from './result-actions';
import { ResultChart } from './result-chart';
import { useSqlStatus } from './sql-queries';

interface SqlRunProps {
  readonly id: string;
  /** Takes up a statement over this run's result. */
  readonly onQuery: (sql: string) => void;
}

/** A run: its place in the queue, how far it is and what that rests on, then its rows. */
export function SqlRun({ id, onQuery }: SqlRunProps) {
  const status = useSqlStatus(id);
  const isCharted = useSignal(false);
  return (
    <Loaded query={status}>
      {(data) => (
        <section class="sql-run" aria-label={t().sql.result}>
          <RunHead id={id} status={data} />
          {data.error !== undefined && (
            <p class="note note-failed" dir="auto">
              <code>{data.error.code}</code> {data.error.message}
            </p>
          )}
          {data.status === 'completed' && (
            <>
              <ResultActions
                id={id}
                rows={data.row_count ?? 0}
                isCharted={isCharted.value}
                onChart={() => (isCharted.value = !isCharted.value)}
                onQuery={onQuery}
              />
              {isCharted.value && <ResultChart id={id} />}
              <DataGrid id={id} />
            </>
          )}
        </section>
      )}
    </Loaded>
  );
}

function RunHead({ id, status }: { readonly id: string; readonly status: SqlStatus }) {
  const words = t().sql;
  const basis = words.bases[status.basis as keyof typeof words.bases] ?? status.basis;
  const cancel = (): void => void call('cancelSql', { params: { id } }).catch(toastProblem);
  return (
    <>
      <div class="session-facts">
        <StateMark status={status.status} />
        {status.queue_position > 0 && <span>{words.queuePlace(status.queue_position)}</span>}
        {status.row_count !== null && (
          <span class="figures">
            {number(status.row_count)} {words.rows}
          </span>
        )}
        {status.execution_ms !== null && <span class="figures">{duration(status.execution_ms)}</span>}
        {status.cached && <span class="chip">{words.cached}</span>}
        {status.waiting_on !== null && <span dir="auto">{words.waitsFor(status.waiting_on)}</span>}
        {!status.is_complete && (
          <span>
            <span class="figures">{status.progress_percentage} %</span>
            {status.eta_ms !== null && ` · ${t().session.eta} ${duration(status.eta_ms)}`}{' '}
            <span class="quiet">{words.basedOn(basis)}</span>
          </span>
        )}
        {!status.is_complete && (
          <Button icon="stop" onClick={cancel}>
            {t().session.cancel}
          </Button>
        )}
      </div>
      {!status.is_complete && (
        <Bar
          percent={status.progress_percentage}
          tone={toneOf(status.status)}
          label={t().session.percentDone(status.progress_percentage)}
        />
      )}
    </>
  );
}
