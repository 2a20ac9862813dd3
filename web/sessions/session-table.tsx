import type { ComponentChild } from 'preact';
import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { compactNumber, money } from '../app/format';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { isAdmin } from '../app/me';
import type { SessionSummary } from '../app/types';
import { Bar } from '../ui/bar';
import { Blocks } from '../ui/blocks';
import { Explain } from '../ui/explain';
import { StateMark, toneOf } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { shownColumns } from '../views/column-choice';
import { sessionColumns, type SessionColumn } from './session-columns';

interface SessionTableProps {
  readonly sessions: readonly SessionSummary[];
  readonly selected: Signal<ReadonlySet<string>>;
}

export function SessionTable({ sessions, selected }: SessionTableProps) {
  const words = t().sessions;
  const address = useAddress();
  const table = useRef<HTMLTableElement>(null);
  const last = useRef(0);
  const at = useSignal(-1);
  const select = (place: number, range: boolean): void => {
    selected.value = toggled(sessions, selected.value, range ? [last.current, place] : [place, place]);
    last.current = place;
  };
  const move = (by: number): void => {
    at.value = Math.min(sessions.length - 1, Math.max(0, at.value + by));
  };
  useEffect(() => {
    table.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${at.value + 2}"] a`)?.focus();
  }, [at.value]);
  useKeys([
    { keys: 'j', group: 'lists', label: t().keys.next, run: () => move(1) },
    { keys: 'k', group: 'lists', label: t().keys.previous, run: () => move(-1) },
    {
      keys: 'x',
      group: 'lists',
      label: t().keys.select,
      run: () => at.value >= 0 && select(at.value, false),
    },
    {
      keys: 'Enter',
      group: 'lists',
      label: t().keys.open,
      run: () => {
        const session = sessions[at.value];
        if (session !== undefined) address.go(`/sessions/${session.id}`);
      },
    },
  ]);
  const columns = shownColumns(sessionColumns(), address.get('columns'));
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={t().nav.sessions}>
      <table ref={table} class="table sessions-table" aria-rowcount={sessions.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">
              <span class="unseen">{t().keys.select}</span>
            </th>
            <th scope="col">{words.topic}</th>
            {columns.map(({ id, name, basis }) => (
              <th key={id} scope="col">
                {basis === undefined ? name : <Explain basis={basis}>{name}</Explain>}
              </th>
            ))}
          </tr>
        </thead>
        <Blocks items={sessions} tag="tbody" pinned={at.value}>
          {(session, place) => (
            <Row
              key={session.id}
              session={session}
              rowIndex={place + 2}
              columns={columns.map(({ id }) => id)}
              isSelected={selected.value.has(session.id)}
              onSelect={(range) => select(place, range)}
            />
          )}
        </Blocks>
      </table>
    </div>
  );
}

function toggled(
  sessions: readonly SessionSummary[],
  before: ReadonlySet<string>,
  [from, to]: readonly [number, number],
): ReadonlySet<string> {
  const ids = sessions.slice(Math.min(from, to), Math.max(from, to) + 1).map(({ id }) => id);
  const after = new Set(before);
  const isOn = before.has(sessions[to]?.id ?? '');
  for (const id of ids) {
    if (isOn) after.delete(id);
    else after.add(id);
  }
  return after;
}

interface RowProps {
  readonly session: SessionSummary;
  /** The names of the columns are the first row. */
  readonly rowIndex: number;
  readonly columns: readonly SessionColumn[];
  readonly isSelected: boolean;
  readonly onSelect: (range: boolean) => void;
}

function Row({ session, rowIndex, columns, isSelected, onSelect }: RowProps) {
  const address = useAddress();
  return (
    <tr class={isSelected ? 'table-row selected' : 'table-row'} aria-rowindex={rowIndex}>
      <td>
        <label class="row-check">
          <input
            type="checkbox"
            aria-label={`${t().keys.select}: ${session.topic}`}
            checked={isSelected}
            onClick={(event) => onSelect(event.shiftKey)}
          />
        </label>
      </td>
      <td class="topic">
        <a href={`/sessions/${session.id}`} dir="auto">
          {session.topic}
        </a>
        {session.tags.map((tag) => (
          <button
            key={tag}
            type="button"
            class="chip chip-button"
            title={t().sessions.onlyTag(tag)}
            onClick={() => address.set({ tag }, true)}
          >
            #{tag}
          </button>
        ))}
      </td>
      {columns.map((name) => cells[name](session))}
    </tr>
  );
}

const cells: Readonly<Record<SessionColumn, (session: SessionSummary) => ComponentChild>> = {
  state: ({ status }) => (
    <td key="state" class="cell-state">
      <StateMark status={status} />
    </td>
  ),
  progress: ({ percent, status, currentPhase, totalPhases, phaseTitle }) => (
    <td key="progress" class="progress-cell">
      <Bar percent={percent} tone={toneOf(status)} label={t().session.percentDone(percent)} />
      <span class="quiet" dir="auto">
        {currentPhase}/{totalPhases} {phaseTitle}
      </span>
    </td>
  ),
  template: ({ template }) => (
    <td key="template" class="cell-more">
      {template.name}
    </td>
  ),
  owner: ({ owner }) => (
    <td key="owner" class="cell-more" dir="auto">
      <Owner {...owner} />
    </td>
  ),
  cost: ({ usedCostUsd, usedTokens }) => (
    <td key="cost" class="number cell-more">
      {usedCostUsd > 0 ? money(usedCostUsd) : `${compactNumber(usedTokens)} ${t().session.tokens}`}
    </td>
  ),
  changed: ({ updatedAt }) => (
    <td key="changed" class="quiet cell-changed">
      <Ago at={updatedAt} />
    </td>
  ),
};

/** Only an administrator sees sessions of several people. */
function Owner({ id, name }: SessionSummary['owner']) {
  const address = useAddress();
  if (!isAdmin()) return <>{name}</>;
  return (
    <button
      type="button"
      class="chip chip-button"
      title={t().sessions.onlyPerson(name)}
      onClick={() => address.set({ ownerId: id }, true)}
    >
      {name}
    </button>
  );
}
