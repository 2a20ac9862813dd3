import { useAddress } from '../app/location';
import { compactNumber, duration, money, number } from '../app/format';
import { t } from '../app/i18n';
import type { SessionDetail, StepDetail, StepTry, StepView } from '../app/types';
import { ContentView } from '../ui/content-view';
import { Dialog } from '../ui/dialog';
import { Empty, Loaded } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useStep, useSteps } from './session-queries';

/** The ledger: every run of every step. A row opens what the model was sent and what came back. */
export function StepsView({ session }: { readonly session: SessionDetail }) {
  const address = useAddress();
  const steps = useSteps(session.id);
  return (
    <>
      <Loaded query={steps}>
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

function StepsTable({
  steps,
  onOpen,
}: {
  readonly steps: readonly StepView[];
  readonly onOpen: (id: string) => void;
}) {
  const words = t().session;
  const columns = [
    words.step,
    words.state,
    words.tries,
    words.model,
    words.tokensColumn,
    words.cost,
    words.took,
    words.started,
  ];
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={words.tabs.steps}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <StepRow key={step.id} step={step} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StepRow({ step, onOpen }: { readonly step: StepView; readonly onOpen: (id: string) => void }) {
  const words = t().session;
  return (
    <tr class="table-row" onClick={() => onOpen(step.id)}>
      <td>
        <button type="button" class="link" onClick={() => onOpen(step.id)}>
          {step.phase} · {t().steps[step.step]}
        </button>
        {step.attempt > 1 && <span class="quiet"> {words.attempt(step.attempt)}</span>}
      </td>
      <td>
        <StateMark status={step.status} />
      </td>
      <td class="number">{step.reusedFrom === null ? step.tries.length : words.reused}</td>
      <td>{step.modelUsed ?? step.modelAsked ?? '–'}</td>
      <td class="number" title={`${number(step.tokensIn)} → ${number(step.tokensOut)}`}>
        {compactNumber(step.tokensIn)} → {compactNumber(step.tokensOut)}
      </td>
      <td class="number">{step.costUsd === null ? '–' : money(step.costUsd)}</td>
      <td class="number">{step.durationMs === null ? '–' : duration(step.durationMs)}</td>
      <td class="quiet">
        <Ago at={step.startedAt ?? step.queuedAt} />
      </td>
    </tr>
  );
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
