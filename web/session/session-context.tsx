import { compactNumber, money } from '../app/format';
import { t } from '../app/i18n';
import type { AnswerOf, GateRecord, SessionDetail } from '../app/types';
import { DataView } from '../ui/data-view';
import { Explain } from '../ui/explain';
import { Loaded, Panel } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { useUsage } from './session-queries';
import { Tokens } from './tokens';

/** The context of a decision: inputs, earlier decisions and the cost so far. */
export function SessionContext({ session }: { readonly session: SessionDetail }) {
  const words = t().session;
  const decided = session.gates.filter(({ decidedAt }) => decidedAt !== null).reverse();
  return (
    <>
      {session.input !== null && (
        <details class="context">
          <summary>{words.input}</summary>
          <DataView value={session.input} />
        </details>
      )}
      {decided.length > 0 && (
        <details class="context" open>
          <summary>
            {words.decisions} <span class="count">{decided.length}</span>
          </summary>
          <ol class="decided">
            {decided.map((gate) => (
              <DecidedGate key={gate.id} gate={gate} />
            ))}
          </ol>
        </details>
      )}
      <details class="context">
        <summary>{words.usage}</summary>
        <Panel>
          <UsageTable id={session.id} />
        </Panel>
      </details>
      <details class="context">
        <summary>{words.settings}</summary>
        <Settings session={session} />
      </details>
    </>
  );
}

function DecidedGate({ gate }: { readonly gate: GateRecord }) {
  const by = gate.decidedBy?.name ?? t().session.via[gate.decidedVia ?? 'timeout'];
  return (
    <li>
      <div>
        <StateMark status={gate.status} /> {gate.phase}. <span dir="auto">{gate.phaseTitle}</span>
      </div>
      <div class="quiet" dir="auto">
        {by}, <Ago at={gate.decidedAt ?? gate.openedAt} />
      </div>
      {gate.comment !== null && <p dir="auto">{gate.comment}</p>}
    </li>
  );
}

function UsageTable({ id }: { readonly id: string }) {
  const usage = useUsage(id);
  return <Loaded query={usage}>{({ phases }) => <Usage phases={phases} />}</Loaded>;
}

function Usage({ phases }: Pick<AnswerOf<'getSessionUsage'>, 'phases'>) {
  const words = t().session;
  return (
    <table class="table table-tight">
      <thead>
        <tr>
          <th scope="col">{words.phase}</th>
          <th scope="col" class="number">
            {words.tokensColumn}
          </th>
          <th scope="col" class="number">
            {words.cost}
          </th>
        </tr>
      </thead>
      <tbody>
        {phases.map(({ phase, title, tokensIn, tokensOut, costUsd, unpricedSteps }) => (
          <tr key={phase}>
            <td dir="auto">
              {phase}. {title}
            </td>
            <td class="number">
              <Tokens sent={tokensIn} answered={tokensOut}>
                {compactNumber(tokensIn + tokensOut)}
              </Tokens>
            </td>
            <td class="number">
              {unpricedSteps === 0 ? (
                money(costUsd)
              ) : (
                <Explain basis={words.unpriced(unpricedSteps)}>
                  {costUsd === 0 ? '–' : money(costUsd)}
                </Explain>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Settings({ session }: { readonly session: SessionDetail }) {
  const words = t().session;
  const facts: [string, string][] = [
    [words.model, session.model ?? words.asTemplateSays],
    [words.autoSteps, session.autoProgressSteps ? t().actions.yes : t().actions.no],
    [words.autoPhases, session.autoProgressPhases ? t().actions.yes : t().actions.no],
    ['ID', session.id],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
