import { humanCount } from './human-units.js';
import { chartOf, code, number, tableOf, text } from './blocks.js';
import type { ReportBlock, ReportColumn, TableRow } from './document.js';

/**
 * The content of a report of the audit log, section by section. The entries themselves are streamed when it is
 * written.
 */
export interface AuditData {
  readonly summary: {
    readonly total: number;
    readonly byAction: readonly Counted[];
    readonly byResource: readonly Counted[];
    readonly byActor: readonly Counted[];
    readonly byDay: readonly Counted[];
  };
  readonly verification: {
    readonly valid: boolean;
    readonly checked: number;
    readonly prunedThrough: number;
    readonly checkpoint: { readonly seq: number; readonly hash: string; readonly signedAt: string } | null;
    readonly firstBroken: {
      readonly seq: number | null;
      readonly id: string | null;
      readonly reason: string;
    } | null;
  };
  readonly entries: { readonly total: number };
}

export interface Counted {
  readonly value: string;
  readonly count: number;
}

const VALUES_CHARTED = 20;

export const auditEntryColumns: readonly ReportColumn[] = [
  text('Time'),
  number('Seq'),
  text('Actor'),
  text('Action'),
  text('Resource'),
  code('Id'),
  text('Why'),
];

type Builders = { readonly [Name in keyof AuditData]: (data: AuditData[Name]) => ReportBlock[] };

export function auditBlocks(entries: () => AsyncIterable<TableRow>): Builders {
  return {
    summary: ({ total, byAction, byResource, byActor, byDay }) => [
      { kind: 'paragraph', text: `${humanCount(total)} ${total === 1 ? 'entry' : 'entries'} in this time.` },
      ...chartOf({
        title: 'Entries by day',
        shape: 'lines',
        unit: 'entries',
        categories: byDay.map(({ value }) => value),
        series: [{ name: 'entries', values: byDay.map(({ count }) => count) }],
      }),
      ...chartOf({
        title: 'Entries by action',
        shape: 'bars',
        unit: 'entries',
        categories: byAction.slice(0, VALUES_CHARTED).map(({ value }) => value),
        series: [{ name: 'entries', values: byAction.slice(0, VALUES_CHARTED).map(({ count }) => count) }],
      }),
      ...counts('Action', byAction),
      ...counts('Resource', byResource),
      ...counts('Actor', byActor),
      ...counts('Day', byDay),
    ],
    verification: verificationBlocks,
    entries: ({ total }) => [
      { kind: 'paragraph', text: `${humanCount(total)}, from the oldest on.` },
      tableOf(auditEntryColumns, entries()),
    ],
  };
}

function verificationBlocks(found: AuditData['verification']): ReportBlock[] {
  const { valid, checked, prunedThrough, checkpoint, firstBroken } = found;
  const rows: [string, string][] = [['Entries checked', humanCount(checked)]];
  if (prunedThrough > 0) rows.push(['No longer kept, by retention', `up to entry ${prunedThrough}`]);
  if (checkpoint !== null) {
    const { seq, signedAt, hash } = checkpoint;
    rows.push(['Signed checkpoint', `entry ${seq}, ${signedAt}, ${hash}`]);
  }
  if (firstBroken !== null) {
    const { id, seq, reason } = firstBroken;
    rows.push(['First place that is broken', `${id ?? `entry ${seq ?? '?'}`}: ${reason}`]);
  }
  return [
    {
      kind: 'paragraph',
      ...(valid ? {} : { tone: 'warning' as const }),
      text: valid ? 'The whole log is as it was written.' : 'The log is not as it was written.',
    },
    { kind: 'facts', rows },
  ];
}

function counts(title: string, counted: readonly Counted[]): ReportBlock[] {
  return [
    { kind: 'heading', text: `By ${title.toLowerCase()}` },
    tableOf(
      [{ title }, number('Entries')],
      counted.map(({ value, count }) => [value, humanCount(count)]),
    ),
  ];
}
