import type { Pool } from 'pg';
import {
  historySpans,
  type EndedWork,
  type HistorySeries,
  type HistoryWindow,
  type WorkHistory,
} from '../../contracts/operation/history.js';
import { operationRoutes } from '../../contracts/operation/routes.js';
import { measureEndedWork, type EndedRow } from '../../db/runs/work-history.js';
import { implement, reply, type Route } from '../http/route.js';

/** How long work took and how much of it failed, over time. It is a single statement, whatever the window holds. */
export function createHistoryRoute({ pool }: { readonly pool: Pool }): Route {
  return implement(operationRoutes.workHistory, async ({ query: { window } }) =>
    reply(200, await readHistory(pool, window, Date.now())),
  );
}

/** Parts begin at whole hours and days, so that they do not move from one look to the next. */
async function readHistory(pool: Pool, window: HistoryWindow, nowMs: number): Promise<WorkHistory> {
  const { partMs, parts } = historySpans[window];
  const firstMs = (Math.floor(nowMs / partMs) - parts + 1) * partMs;
  const beginnings = Array.from({ length: parts }, (_, part) => at(firstMs + part * partMs));
  const span = { from: at(firstMs), to: at(nowMs), partMs };
  const rows = await measureEndedWork(pool, span);
  return { window, ...span, series: seriesOf(rows, beginnings) };
}

const nothing: EndedWork = {
  count: 0,
  failed: 0,
  p50Ms: null,
  p95Ms: null,
  waitP50Ms: null,
  waitP95Ms: null,
};

function seriesOf(rows: readonly EndedRow[], beginnings: readonly string[]): HistorySeries[] {
  return rows
    .filter(({ part }) => part === null)
    .map((whole) => {
      const { of, name } = whole;
      const own = rows.filter((row) => row.of === of && row.name === name);
      const byPart = new Map(own.map((row) => [row.part, endedOf(row)]));
      const points = beginnings.map((start, part) => ({ at: start, ...(byPart.get(part) ?? nothing) }));
      return { of, name, total: endedOf(whole), points };
    });
}

function endedOf({ count, failed, p50Ms, p95Ms, waitP50Ms, waitP95Ms }: EndedRow): EndedWork {
  return { count, failed, p50Ms, p95Ms, waitP50Ms, waitP95Ms };
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
