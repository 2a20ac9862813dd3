export const reportFormats = ['html', 'pdf', 'md', 'json', 'csv'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export const contentTypes: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/** A file name from a title: letters and digits of any script, nothing special to a shell, path or header. */
export function reportFilename(title: string, format: ReportFormat): string {
  const stem = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return `${Array.from(stem).slice(0, 60).join('') || 'report'}.${format}`;
}
