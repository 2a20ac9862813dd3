import fc from 'fast-check';
import { judgeSize, estimateOf } from '../../../src/domain/sql/estimate.js';
import { fairOrder } from '../../../src/domain/sql/fair-queue.js';
import {
  pollAfterMs,
  progressOf,
  queuedProgress,
  type SqlEvidence,
} from '../../../src/domain/sql/progress.js';
import { RecordReader, writeRecord } from '../../../src/domain/sql/result-csv.js';
import { jsonValueOf } from '../../../src/domain/sql/result-values.js';

const noHistory = { usualMs: null, usualRows: null, runs: 0, sameStatementRows: null };

const evidence = fc.record<SqlEvidence>({
  phase: fc.constantFrom('admitted', 'planned', 'running', 'fetching', 'storing'),
  elapsedMs: fc.nat(1_000_000),
  fetchingMs: fc.nat(1_000_000),
  rows: fc.nat(10_000_000),
  usualMs: fc.option(fc.nat(1_000_000)),
  usualRows: fc.option(fc.nat(10_000_000)),
  planRows: fc.option(fc.nat(10_000_000)),
  enginePercent: fc.option(fc.nat(100)),
});

test('progress never goes back, is never 100 before the end, and stays below 50 until rows come', () => {
  fc.assert(
    fc.property(fc.array(evidence, { maxLength: 30 }), (moments) => {
      let before = queuedProgress;
      let rowsCame = false;
      for (const moment of moments) {
        rowsCame ||= moment.phase === 'fetching' || moment.phase === 'storing';
        const now = progressOf(moment, before);
        expect(now.percent).toBeGreaterThanOrEqual(before.percent);
        expect(now.percent).toBeLessThan(100);
        if (!rowsCame) expect(now.percent).toBeLessThan(50);
        before = now;
      }
    }),
  );
});

test.each([
  [{ phase: 'admitted' }, 10, 'none'],
  [{ phase: 'planned' }, 25, 'none'],
  [{ phase: 'running', elapsedMs: 90_000 }, 25, 'none'],
  [{ phase: 'running', elapsedMs: 5_000, usualMs: 10_000 }, 37, 'history'],
  [{ phase: 'running', elapsedMs: 50_000, usualMs: 10_000 }, 49, 'history'],
  [{ phase: 'running', elapsedMs: 1_000, enginePercent: 50 }, 37, 'duckdb'],
  [{ phase: 'fetching', rows: 0, planRows: 1_000 }, 50, 'plan_rows'],
  [{ phase: 'fetching', rows: 500, planRows: 1_000 }, 74, 'plan_rows'],
  [{ phase: 'fetching', rows: 500, usualRows: 2_000, planRows: 1_000 }, 62, 'history'],
  [{ phase: 'fetching', rows: 5_000, usualRows: 2_000, planRows: 1_000 }, 51, 'rows_fetched'],
  [{ phase: 'fetching', rows: 200_000 }, 74, 'rows_fetched'],
  [{ phase: 'storing' }, 99, 'rows_fetched'],
] as const)('%j is %d, by %s', (known, percent, basis) => {
  const nothing = { elapsedMs: 0, fetchingMs: 0, rows: 0, usualMs: null, usualRows: null, planRows: null };
  expect(progressOf({ ...nothing, enginePercent: null, ...known })).toMatchObject({ percent, basis });
});

test('polling is suggested between 200 and 500 ms at first, and less often later', () => {
  expect(pollAfterMs('running', 1_000, null)).toBe(200);
  expect(pollAfterMs('running', 20_000, null)).toBe(500);
  expect(pollAfterMs('running', 200_000, null)).toBe(1_000);
  expect(pollAfterMs('running', 900_000, null)).toBe(2_000);
  expect(pollAfterMs('fetching', 900_000, 600)).toBe(300);
  expect(pollAfterMs('completed', 900_000, 0)).toBe(0);
});

test('places go round: nobody waits for the second of somebody else before their own first', () => {
  const person = fc.constantFrom('ana', 'bob', 'cid');
  const waiting = fc.array(fc.record({ ownerId: person, at: fc.nat(1_000) }), { maxLength: 40 });
  fc.assert(
    fc.property(waiting, fc.dictionary(person, fc.nat(5)), (given, running) => {
      const runs = given.map(({ ownerId, at }, index) => ({
        ownerId,
        runId: String(index).padStart(3, '0'),
        queuedAt: String(at).padStart(5, '0'),
      }));
      const order = fairOrder(runs, new Map(Object.entries(running)));
      expect(order.map(({ runId }) => runId).sort()).toEqual(runs.map(({ runId }) => runId).sort());
      const turns = new Map(Object.entries(running));
      let round = 0;
      for (const { ownerId } of order) {
        const turn = turns.get(ownerId) ?? 0;
        expect(turn).toBeGreaterThanOrEqual(round);
        round = turn;
        turns.set(ownerId, turn + 1);
      }
    }),
  );
});

test('any fields come back as they were, however the text is cut', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '"', '""', ',', '\n', '\r\n', 'a,"b"\n'),
  );
  const field = fc.option(text, { nil: null });
  const records = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 20 });
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 17 }), (given, size) => {
      const whole = given.map(writeRecord).join('');
      const reader = new RecordReader();
      const found = [];
      for (let at = 0; at < whole.length; at += size) found.push(...reader.read(whole.slice(at, at + size)));
      expect(found).toEqual(given);
    }),
  );
});

test.each([
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['numeric(38,10)', '1.1000000000', '1.1000000000'],
  ['integer', '42', 42],
  ['double precision', 'NaN', 'NaN'],
  ['boolean', 't', true],
  ['timestamp with time zone', '2026-01-02 03:04:05.1+00', '2026-01-02T03:04:05.100000Z'],
  ['timestamp with time zone', 'infinity', 'infinity'],
  ['timestamp(3) without time zone', '2026-01-02 03:04:05', '2026-01-02T03:04:05.000000'],
  ['text', '42', '42'],
  ['text', null, null],
])('%s %j is %j in JSON', (type, text, value) => {
  expect(jsonValueOf(type)(text)).toEqual(value);
});

test('what could not be estimated is asked about, and the ceiling stands above a confirmation', () => {
  const limits = {
    confirm: { rows: 10, bytes: 1_000, cost: 1_000 },
    ceiling: { rows: 100, bytes: 10_000, cost: 10_000 },
  };
  const of = (rows: number, cost = 1) => estimateOf({ rows, width: 8, cost }, noHistory, undefined);
  expect(judgeSize(of(10), limits, false)).toBe('run');
  expect(judgeSize(of(11), limits, false)).toBe('ask');
  expect(judgeSize(of(1, 1_001), limits, false)).toBe('ask');
  expect(judgeSize(of(11), limits, true)).toBe('run');
  expect(judgeSize(of(101), limits, true)).toBe('too_large');
  expect(judgeSize(estimateOf(undefined, noHistory, undefined), limits, false)).toBe('ask');
});
