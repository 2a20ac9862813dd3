import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { compactNumber, money } from '../app/format';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import type { SessionSummary } from '../app/types';
import { Bar } from '../ui/bar';
import { StateMark, toneOf } from '../ui/state-mark';
import { Ago } from '../ui/time';

interface SessionTableProps {
  readonly sessions: readonly SessionSummary[];
  readonly selected: Signal<ReadonlySet<string>>;
}

export function SessionTable({ sessions, selected }: SessionTableProps) {
  const words = t().sessions;
  const address = useAddress();
  const body = useRef<HTMLTableSectionElement>(null);
  const last = useRef(0);
  const at = useSignal(-1);
  const select = (place: number, range: boolean): void => {
    selected.value = toggled(sessions, selected.value, range ? [last.current, place] : [place, place]);
    last.current = place;
  };
  const move = (by: number): void => {
    at.value = Math.min(sessions.length - 1, Math.max(0, at.value + by));
    body.current?.rows[at.value]?.querySelector<HTMLElement>('a')?.focus();
  };
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
  const columns = [
    words.topic,
    words.state,
    words.progress,
    words.template,
    words.owner,
    words.cost,
    words.changed,
  ];
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={t().nav.sessions}>
      <table class="table sessions-table">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">{t().keys.select}</span>
            </th>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {sessions.map((session, place) => (
            <Row
              key={session.id}
              session={session}
              isSelected={selected.value.has(session.id)}
              onSelect={(range) => select(place, range)}
            />
          ))}
        </tbody>
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
  readonly isSelected: boolean;
  readonly onSelect: (range: boolean) => void;
}

function Row({ session, isSelected, onSelect }: RowProps) {
  return (
    <tr class={isSelected ? 'table-row selected' : 'table-row'}>
      <td>
        <input
          type="checkbox"
          aria-label={`${t().keys.select}: ${session.topic}`}
          checked={isSelected}
          onClick={(event) => onSelect(event.shiftKey)}
        />
      </td>
      <td class="topic">
        <a href={`/sessions/${session.id}`} dir="auto">
          {session.topic}
        </a>
        {session.tags.map((tag) => (
          <span key={tag} class="chip">
            #{tag}
          </span>
        ))}
      </td>
      <td>
        <StateMark status={session.status} />
      </td>
      <td class="progress-cell">
        <Bar
          percent={session.percent}
          tone={toneOf(session.status)}
          label={t().session.percentDone(session.percent)}
        />
        <span class="quiet" dir="auto">
          {session.currentPhase}/{session.totalPhases} {session.phaseTitle}
        </span>
      </td>
      <td>{session.template.name}</td>
      <td dir="auto">{session.owner.name}</td>
      <td class="number">
        {session.usedCostUsd > 0
          ? money(session.usedCostUsd)
          : `${compactNumber(session.usedTokens)} ${t().session.tokens}`}
      </td>
      <td class="quiet">
        <Ago at={session.updatedAt} />
      </td>
    </tr>
  );
}
