import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { toast } from '../app/toasts';
import type { SqlQuestion } from '../app/types';
import { useAction } from '../app/use-action';
import { EstimateFacts } from '../sql/estimate-facts';
import { confirmQuestion, dropQuestion } from '../sql/sql-queries';
import { SqlParameters } from '../sql/sql-statement';
import { Button } from '../ui/button';
import { CheckField } from '../ui/field';
import { Icon } from '../ui/icon';
import { Ago } from '../ui/time';

/** A large statement that waits for a yes, run or dropped without leaving the list. */
export function QuestionPreview({ question }: { readonly question: SqlQuestion }) {
  const words = t().sql;
  const { id, sql, params, data_source: source, row_limit: limit, estimate } = question;
  return (
    <>
      <header class="preview-head">
        <div>
          <h2>{words.muchData}</h2>
          <p class="session-facts">
            <code>{source}</code>
            {limit !== null && <span>{words.atMost(limit)}</span>}
          </p>
        </div>
        <a class="button button-plain" href={`/sql?confirmation=${id}`}>
          {t().inbox.open}
        </a>
      </header>
      <div class="preview-body">
        <pre class="sql-statement" dir="auto" tabIndex={0}>
          {sql}
        </pre>
        <SqlParameters params={params} />
        <EstimateFacts estimate={estimate} />
      </div>
      <div class="preview-decision">
        <Answer question={question} />
      </div>
    </>
  );
}

function Answer({ question: { id, asked_at: askedAt } }: { readonly question: SqlQuestion }) {
  const words = t().sql;
  const address = useAddress();
  const remember = useSignal(false);
  const { busy, run } = useAction();
  const confirm = async (): Promise<void> => {
    await run(async () => {
      const { session_id: started } = await confirmQuestion(id, remember.value);
      const show = { label: words.show, run: () => address.go(`/sql/${started}`) };
      toast({ tone: 'done', text: words.confirmed, action: show });
    });
  };
  const drop = async (): Promise<void> => {
    await run(() => dropQuestion(id), { done: words.dropped });
  };
  useKeys([
    { keys: 'a', group: 'gate', label: words.runAnyway, run: () => void confirm() },
    { keys: 'x', group: 'gate', label: words.doNotRun, run: () => void drop() },
  ]);
  return (
    <section class="decision" aria-labelledby="question-title">
      <header>
        <h2 id="question-title">
          <Icon name="hand" /> {words.nothingRuns}
        </h2>
        <p class="decision-facts">
          <Ago at={askedAt} />
        </p>
      </header>
      <CheckField
        label={words.remember}
        checked={remember.value}
        onChange={(next) => (remember.value = next)}
      />
      <div class="row">
        <Button kind="approve" icon="play" hint="a" busy={busy.value} onClick={() => void confirm()}>
          {words.runAnyway}
        </Button>
        <Button kind="danger" icon="close" hint="x" busy={busy.value} onClick={() => void drop()}>
          {words.doNotRun}
        </Button>
      </div>
    </section>
  );
}
