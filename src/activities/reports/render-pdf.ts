import type { ReportDocument } from '../../domain/reports/document.js';
import type { DrawChart } from '../../domain/reports/html.js';
import { reportPages } from './pages.js';
import { createTypesetter, type Typeset } from './typeset.js';

export interface PdfOptions {
  readonly draw: DrawChart;
  readonly signal?: AbortSignal;
}

export type RenderPdf = (document: ReportDocument, options: PdfOptions) => Promise<Buffer>;

/** Shared by a process: documents are made in sequence. */
export function createPdfRenderer(typeset: Typeset = createTypesetter()): RenderPdf {
  return async (document, { draw, signal }) => {
    const pages = await reportPages(document, { draw, author: 'Sluice', lang: 'en' });
    return typeset(pages, { signal });
  };
}
