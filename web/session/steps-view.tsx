import { useAddress } from '../app/location';
import { compactNumber, duration, money } from '../app/format';
import { t } from '../app/i18n';
import type { SessionDetail, StepDetail, StepTry, StepView } from '../app/types';
import { ContentView } from '../ui/content-view';
import { Dialog } from '../ui/dialog';
import { Explain } from '../ui/explain';
import { Empty, Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { RecordTable, type Column } from '../ui/record-table';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useStep, useSteps } from './session-queries';
import { Tokens } from './tokens';

/** The ledger: every run of every step. A row opens what the model was sent and what came back. */
export function StepsView({ session }: { readonly session: SessionDetail }) {
  const address = useAddress();
  const steps = useSteps(session.id);
  return (
    <>
      <Loaded query={steps} skeleton={<TableSkeleton />}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t().session.nothingYet} />
          ) : (
            <StepsTable steps={items} onOpen={(step) => address.set({ step })} />
          )
        }
      </Loaded>
      {address.get('step') !== '' && (
        <StepDialog
          sessionId={session.id}
          stepId={address.get('step')}
          onClose={() => address.set({ step: undefined })}
        />
      )}
    </>
  );
}

interface StepsTableProps {
  readonly steps: readonly StepView[];
  readonly onOpen: (id: string) => void;
}

function StepsTable({ steps, onOpen }: StepsTableProps) {
  const columns = columnsOfSteps();
  const label = t().session.tabs.steps;
  return <RecordTable label={label} items={steps} columns={columns} onOpen={({ id }) => onOpen(id)} />;
}

function columnsOfSteps(): readonly Column<StepView>[] {
  const words = t().session;
  return [
    {
      name: words.step,
      // A click of it is one of its row, which opens the step.
      cell: ({ phase, step, attempt }) => (
        <>
          <button type="button" class="link">
            {phase} · {t().steps[step]}
          </button>
          {attempt > 1 && <span class="quiet"> {words.attempt(attempt)}</span>}
        </>
      ),
    },
    { name: words.state, cell: ({ status }) => <StateMark status={status} /> },
    {
      name: words.tries,
      kind: 'number',
      cell: ({ reusedFrom, tries }) => (reusedFrom === null ? tries.length : words.reused),
    },
    { name: words.model, cell: ({ modelUsed, modelAsked }) => modelUsed ?? modelAsked ?? '–' },
    {
      name: words.tokensColumn,
      kind: 'number',
      cell: ({ tokensIn, tokensOut }) => (
        <Tokens sent={tokensIn} answered={tokensOut}>
          {compactNumber(tokensIn)} → {compactNumber(tokensOut)}
        </Tokens>
      ),
    },
    {
      name: words.cost,
      kind: 'number',
      cell: ({ costUsd }) => (costUsd === null ? <Explain basis={words.noPrice}>–</Explain> : money(costUsd)),
    },
    {
      name: words.took,
      kind: 'number',
      cell: ({ durationMs }) => (durationMs === null ? '–' : duration(durationMs)),
    },
    {
      name: words.started,
      kind: 'quiet',
      cell: ({ startedAt, queuedAt }) => <Ago at={startedAt ?? queuedAt} />,
    },
  ];
}

interface StepDialogProps {
  readonly sessionId: string;
  readonly stepId: string;
  readonly onClose: () => void;
}

export function StepDialog({ sessionId, stepId, onClose }: StepDialogProps) {
  const step = useStep(sessionId, stepId);
  const { data } = step;
  const title = data === undefined ? t().session.step : `${data.phase} · ${t().steps[data.step]}`;
  return (
    <Dialog title={title} side onClose={onClose}>
      <Loaded query={step}>{(detail) => <Step step={detail} />}</Loaded>
    </Dialog>
  );
}

function Step({ step }: { readonly step: StepDetail }) {
  const words = t().session;
  return (
    <div class="step-detail">
      <p class="row">
        <StateMark status={step.status} />
        {step.modelUsed !== null && <span class="chip">{step.modelUsed}</span>}
        {step.modelAsked !== null && step.modelAsked !== step.modelUsed && (
          <span class="quiet">
            {words.asked} {step.modelAsked}
          </span>
        )}
        {step.durationMs !== null && <span class="figures">{duration(step.durationMs)}</span>}
        {step.ttftMs !== null && (
          <span class="quiet">
            {words.firstWord} {duration(step.ttftMs)}
          </span>
        )}
      </p>
      {step.error !== null && (
        <p class="note note-failed" dir="auto">
          <code>{step.error.code}</code> {step.error.message}
        </p>
      )}
      <Tries tries={step.tries} />
      <details open>
        <summary>{words.output}</summary>
        {step.output === null ? (
          <p class="quiet">{words.nothingYet}</p>
        ) : (
          <ContentView text={step.output} contentType={step.outputContentType} />
        )}
      </details>
      <details>
        <summary>{words.prompt}</summary>
        <pre class="code" dir="auto" tabIndex={0}>
          {typeof step.prompt === 'string' ? step.prompt : JSON.stringify(step.prompt, null, 2)}
        </pre>
      </details>
      {step.toolCalls.length > 0 && (
        <details>
          <summary>{words.toolCalls}</summary>
          <pre class="code" dir="auto" tabIndex={0}>
            {JSON.stringify(step.toolCalls, null, 2)}
          </pre>
        </details>
      )}
    </div>
  );
}

function Tries({ tries }: { readonly tries: readonly StepTry[] }) {
  if (tries.length < 2 && tries.every(({ error }) => error === null)) return null;
  return (
    <ol class="tries">
      {tries.map((each) => (
        <li key={each.try}>
          <strong>{t().session.tryNumber(each.try)}</strong>{' '}
          {each.durationMs !== null && <span class="figures">{duration(each.durationMs)}</span>}
          {each.error !== null && (
            <p class="note note-failed" dir="auto">
              <code>{each.error.code}</code> {each.error.message}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
