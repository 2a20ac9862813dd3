/**
 * A report before it has a format: sections of blocks. Every text in it is plain text; each format escapes it in its
 * own way.
 */
export interface ReportDocument {
  readonly title: string;
  /** The subtitle: the person, and the time span. */
  readonly lines: readonly string[];
  readonly sections: readonly DocumentSection[];
}

export interface DocumentSection {
  readonly name: string;
  readonly title: string;
  /** Why there is nothing here. Such a section is shown with its title and this reason, never left out. */
  readonly missing: string | null;
  readonly blocks: readonly ReportBlock[];
}

export type ReportBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly tone?: 'warning' }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'table'; readonly table: ReportTable }
  | { readonly kind: 'chart'; readonly chart: ReportChart }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'markdown'; readonly blocks: readonly MarkdownBlock[] };

export interface ReportTable {
  readonly columns: readonly ReportColumn[];
  /** May be a stream: such a table is never whole in memory. */
  readonly rows: readonly TableRow[] | AsyncIterable<TableRow>;
}

export type TableRow = readonly string[];

export interface ReportColumn {
  readonly title: string;
  readonly as?: 'text' | 'number' | 'code' | 'status';
}

export interface ReportChart {
  readonly title: string;
  readonly shape: 'bars' | 'lines';
  /** Stacked, where they are parts of a whole. */
  readonly stacked?: boolean;
  readonly unit: string;
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Markdown that somebody else wrote, taken apart: what is not in here cannot get out of it. */
export type MarkdownBlock =
  | { readonly kind: 'heading'; readonly level: number; readonly content: readonly MarkdownInline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly MarkdownInline[] }
  | {
      readonly kind: 'list';
      readonly start: number | null;
      readonly items: readonly (readonly MarkdownBlock[])[];
    }
  | { readonly kind: 'quote'; readonly blocks: readonly MarkdownBlock[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'rule' }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly MarkdownInline[])[];
      readonly rows: readonly (readonly (readonly MarkdownInline[])[])[];
    };

export type MarkdownInline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'deleted'; readonly content: readonly MarkdownInline[] }
  | { readonly kind: 'break' };
