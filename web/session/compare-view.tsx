import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { shortDateTime } from '../app/format';
import { useAddress } from '../app/location';
import { t } from '../app/i18n';
import type { Comparison, SessionDetail } from '../app/types';
import { SelectField } from '../ui/field';
import { Empty, Loaded } from '../ui/panel';
import { WordDiff } from '../ui/word-diff';
import { useComparison } from './session-queries';

/** This session beside another one, or beside an earlier attempt of its own, phase by phase. */
export function CompareView({ session }: { readonly session: SessionDetail }) {
  const address = useAddress();
  const other = address.get('with');
  const comparison = useComparison(session.id, other);
  return (
    <div class="compare">
      <Chooser session={session} chosen={other} onChoose={(next) => address.set({ with: next }, true)} />
      {other === '' ? (
        <Empty title={t().compare.choose} text={t().compare.chooseText} />
      ) : (
        <Loaded query={comparison}>{(data) => <Phases comparison={data} />}</Loaded>
      )}
    </div>
  );
}

interface ChooserProps {
  readonly session: SessionDetail;
  readonly chosen: string;
  readonly onChoose: (other: string) => void;
}

function Chooser({ session, chosen, onChoose }: ChooserProps) {
  const words = t().compare;
  const template = session.template.name;
  const others = useQuery({
    queryKey: ['sessions', 'of-template', template],
    queryFn: ({ signal }) => call('listSessions', { query: { template, limit: 50 }, signal }),
  });
  const attempts = Array.from({ length: session.progress.attempt - 1 }, (_, place) => place + 1).reverse();
  const options: [string, string][] = [
    ['', words.nothing],
    ...attempts.map((attempt): [string, string] => [`attempt:${attempt}`, t().session.attempt(attempt)]),
    ...(others.data?.items ?? [])
      .filter(({ id }) => id !== session.id)
      .map(({ id, topic, createdAt }): [string, string] => [
        id,
        `${topic.slice(0, 80)} · ${shortDateTime(createdAt)}`,
      ]),
  ];
  if (chosen !== '' && options.every(([id]) => id !== chosen)) options.push([chosen, chosen]);
  return <SelectField label={words.with} value={chosen} options={options} onChange={onChoose} />;
}

function Phases({ comparison }: { readonly comparison: Comparison }) {
  const words = t().compare;
  if (comparison.equal) return <Empty title={words.equal} />;
  return (
    <ol class="compare-phases">
      {comparison.phases.map((phase) => (
        <li key={phase.key}>
          <h3>
            <span dir="auto">{phase.title}</span>{' '}
            <span class={`chip chip-${phase.state}`}>{words.states[phase.state]}</span>
            {/* The API counts from this session to the other one, the page the other way round. */}
            {phase.diff !== null && (
              <span class="figures quiet">
                +{phase.diff.removed} −{phase.diff.added}
              </span>
            )}
          </h3>
          {phase.diff?.hunks.map((hunk) => (
            <Hunk key={hunk.leftLine} lines={hunk.lines} />
          ))}
          {phase.diff?.truncated === true && <p class="quiet">{words.truncated}</p>}
        </li>
      ))}
    </ol>
  );
}

type Lines = NonNullable<Comparison['phases'][number]['diff']>['hunks'][number]['lines'];

/** Changed lines are compared word by word; the open session is the newer side. */
function Hunk({ lines }: { readonly lines: Lines }) {
  const text = (side: 'added' | 'removed'): string =>
    lines
      .filter(({ kind }) => kind === 'same' || kind === side)
      .map((line) => line.text)
      .join('\n');
  return <WordDiff before={text('added')} after={text('removed')} />;
}
