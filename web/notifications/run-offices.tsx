import { number } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import type { DeadlineRunOffice } from '../app/types';
import { Empty, Loaded } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { useRunOffices } from './notification-queries';
import { RecordTable, type Column } from '../ui/record-table';

interface RunOfficesProps {
  readonly id: string;
  readonly isPlan: boolean;
  readonly isRunning: boolean;
}

type Row = DeadlineRunOffice & { readonly id: string };

/** Each office by itself, with its own numbers and its own trouble. */
export function RunOffices({ id, isPlan, isRunning }: RunOfficesProps) {
  const words = notices().run;
  const offices = useRunOffices(id, isRunning);
  return (
    <Loaded query={offices}>
      {({ items, hasMore }) =>
        items.length === 0 ? (
          <Empty title={words.noOffices} text={words.noOfficesText} />
        ) : (
          <>
            <RecordTable
              label={words.offices}
              columns={isPlan ? planColumns() : runColumns()}
              items={items.map((office) => ({ ...office, id: office.office_id }))}
            />
            {hasMore && <p class="quiet load-more">{words.first(items.length, items.length + 1)}+</p>}
          </>
        )
      }
    </Loaded>
  );
}

function nameColumn(): Column<Row> {
  return {
    name: notices().office,
    cell: ({ name, error }) => (
      <>
        <span dir="auto">{name}</span>
        {error !== null && (
          <p class="office-error" dir="auto">
            {error}
          </p>
        )}
      </>
    ),
  };
}

function planColumns(): Column<Row>[] {
  const words = notices();
  return [
    nameColumn(),
    { name: words.channels.email, kind: 'number', cell: (office) => number(office.planned_email) },
    { name: words.channels.push, kind: 'number', cell: (office) => number(office.planned_push) },
    { name: words.run.held, kind: 'number', cell: (office) => number(office.held) },
    { name: t().sessions.state, cell: ({ status }) => <StateMark status={status} /> },
  ];
}

function runColumns(): Column<Row>[] {
  const words = notices();
  return [
    nameColumn(),
    { name: t().sessions.progress, cell: (office) => <OfficeBar office={office} /> },
    { name: words.channels.email, kind: 'number', cell: (office) => number(office.email_sent) },
    { name: words.channels.push, kind: 'number', cell: (office) => number(office.push_sent) },
    {
      name: words.run.failed,
      kind: 'number',
      cell: (office) => number(office.email_failed + office.push_failed),
    },
    { name: words.run.unknown, kind: 'number', cell: (office) => number(office.unknown) },
    { name: words.run.held, kind: 'number', cell: (office) => number(office.held) },
    { name: t().sessions.state, cell: ({ status }) => <StateMark status={status} /> },
  ];
}

/** Sent, failed and unknown as parts of what was planned. */
function OfficeBar({ office }: { readonly office: DeadlineRunOffice }) {
  const all = Math.max(1, office.planned_email + office.planned_push);
  const sent = office.email_sent + office.push_sent;
  const failed = office.email_failed + office.push_failed;
  const parts = [
    ['done', sent],
    ['failed', failed],
    ['waiting', office.unknown],
  ] as const;
  return (
    <span class="office-bar" role="img" aria-label={notices().run.barLabel(sent, failed, all)}>
      {parts.map(([tone, count]) => (
        <span key={tone} class={`office-bar-${tone}`} style={{ '--part': count / all }} />
      ))}
    </span>
  );
}
