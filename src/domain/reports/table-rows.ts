import { csvLine, type CsvValue } from './csv.js';
import type { AttemptFacts } from '../sessions/report.js';

/** The rows of a kind in a CSV file: each column's title and content. */
export interface CsvColumns<Row> {
  readonly titles: readonly string[];
  readonly cells: (row: Row) => CsvValue[];
}

export async function* csvFile<Row>(
  columns: CsvColumns<Row>,
  rows: AsyncIterable<Row> | Iterable<Row>,
): AsyncGenerator<string> {
  yield csvLine(columns.titles);
  for await (const row of rows) yield csvLine(columns.cells(row));
}

export const stepColumns: CsvColumns<AttemptFacts> = {
  titles: [
    'step_id',
    'phase',
    'phase_title',
    'step',
    'attempt',
    'status',
    'tries',
    'started_at',
    'finished_at',
    'duration_ms',
    'model_asked',
    'model_used',
    'provider',
    'tokens_in',
    'tokens_out',
    'tokens_cached',
    'cost_usd',
    'prompt_digest',
    'output_digest',
    'reused_from',
    'error_code',
    'error_message',
  ],
  cells: (each) => [
    each.id,
    each.phase,
    each.phaseTitle,
    each.step,
    each.attempt,
    each.status,
    each.tries.length,
    each.startedAt,
    each.finishedAt,
    each.durationMs,
    each.modelAsked,
    each.modelUsed,
    each.provider,
    each.tokensIn,
    each.tokensOut,
    each.tokensCached,
    each.costUsd,
    each.promptDigest,
    each.outputDigest,
    each.reusedFrom,
    each.errorCode,
    each.errorMessage,
  ],
};
