import { number } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import type { DeadlineRunResult } from '../app/types';
import { Empty } from '../ui/panel';
import { reasonWord } from './reason-word';
import { RecordTable } from '../ui/record-table';

/** The people who were left out, first by reason, then each by name. */
export function Excluded({ result }: { readonly result: DeadlineRunResult }) {
  const words = notices();
  if (result.excluded.length === 0) return <Empty title={words.run.nobodyExcluded} />;
  const all = result.excluded.reduce((sum, { count }) => sum + count, 0);
  const single = result.exclusions.map((each) => ({ ...each, id: idOf(each) }));
  return (
    <>
      <ul class="reasons">
        {result.excluded.map(({ reason, channel, count }) => (
          <li key={`${reason} ${channel}`}>
            <strong class="figures">{number(count)}</strong>
            <span>{reasonWord(reason)}</span>
            <span class="chip">{channelWord(channel)}</span>
          </li>
        ))}
      </ul>
      {single.length < all && <p class="quiet">{words.run.first(single.length, all)}</p>}
      <RecordTable
        label={words.run.sections.excluded}
        items={single}
        columns={[
          { name: words.person, cell: (each) => <span dir="auto">{each.staff_name ?? '–'}</span> },
          { name: words.deadline, cell: (each) => <span dir="auto">{each.deadline_title ?? '–'}</span> },
          { name: words.channel, cell: (each) => channelWord(each.channel) },
          { name: t().audit.why, cell: (each) => reasonWord(each.reason) },
          {
            name: words.run.why,
            kind: 'quiet',
            cell: (each) => <WhyLink staffId={each.staff_id} deadlineId={each.deadline_id} />,
          },
        ]}
      />
    </>
  );
}

/** Messages that changed since the plan was made; the run did not send them. */
export function Drift({ drift }: { readonly drift: DeadlineRunResult['drift'] }) {
  const words = notices();
  const items = drift.map((each, place) => ({ ...each, id: String(place) }));
  return (
    <RecordTable
      label={words.run.sections.drift}
      items={items}
      columns={[
        { name: t().audit.what, cell: ({ kind }) => words.run.driftKinds[kind] },
        { name: words.channel, cell: ({ channel }) => words.channels[channel] },
        { name: t().audit.why, cell: ({ reason }) => reasonWord(reason) },
        {
          name: words.run.why,
          kind: 'quiet',
          cell: ({ staff_id, deadline_ids }) => (
            <WhyLink staffId={staff_id} deadlineId={deadline_ids[0] ?? ''} />
          ),
        },
      ]}
    />
  );
}

export function WhyLink({ staffId, deadlineId }: { readonly staffId: string; readonly deadlineId: string }) {
  return <a href={`/notifications?tab=why&staff=${staffId}&deadline=${deadlineId}`}>{notices().run.why}</a>;
}

type Exclusion = DeadlineRunResult['exclusions'][number];

function idOf({ staff_id, deadline_id, channel, threshold }: Exclusion): string {
  return `${staff_id} ${deadline_id} ${channel} ${threshold}`;
}

function channelWord(channel: string): string {
  const words: Readonly<Record<string, string>> = notices().channels;
  return words[channel] ?? channel;
}
