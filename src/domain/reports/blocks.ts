import type { ReportBlock, ReportChart, ReportColumn, ReportTable } from './document.js';

export const text = (title: string): ReportColumn => ({ title });
export const number = (title: string): ReportColumn => ({ title, as: 'number' });
export const code = (title: string): ReportColumn => ({ title, as: 'code' });
export const status = (title: string): ReportColumn => ({ title, as: 'status' });

export function tableOf(columns: readonly ReportColumn[], rows: ReportTable['rows']): ReportBlock {
  return { kind: 'table', table: { columns, rows } };
}

/** A chart of nothing shows nothing. */
export function chartOf(chart: ReportChart): ReportBlock[] {
  const isEmpty = chart.series.every((series) => series.values.every((value) => value === 0));
  return isEmpty ? [] : [{ kind: 'chart', chart }];
}

/** A sum that leaves something out says so. */
export const unpricedNote: ReportBlock = {
  kind: 'paragraph',
  tone: 'warning',
  text: 'The price of some calls is not known: the cost is a lower bound.',
};
