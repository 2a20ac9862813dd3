import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { metricSpecs, type MetricSpec } from '../../src/contracts/operation/metric-specs.js';
import { alertRules, expressions, readExpression } from '../support/promql.js';

const specs: Readonly<Record<string, MetricSpec>> = metricSpecs;
const specOf = (name: string): MetricSpec | undefined => specs[name.replace(/_(bucket|count|sum)$/, '')];
const runbook = readFileSync(resolve(import.meta.dirname, '../../docs/operations/runbook.md'), 'utf8');

test('a mistake in an expression is seen', () => {
  expect(readExpression('sum(rate(a_total[5m]) by (b').errors).not.toEqual([]);
  expect(readExpression('sum by (kind) (rate(a_total{status="failed"}[5m])) / b > 0.5')).toEqual({
    errors: [],
    metrics: ['a_total', 'b'],
    labels: ['kind', 'status'],
  });
});

test.each(expressions())(
  '%s is PromQL, and asks only for labels that its metrics have',
  (_place, expression) => {
    const { errors, metrics, labels } = readExpression(expression);
    expect(errors).toEqual([]);
    expect(metrics).not.toEqual([]);
    const own = metrics.map(specOf);
    if (own.some((spec) => spec === undefined)) return;
    const known = new Set(['job', 'instance', 'le', ...own.flatMap((spec) => spec?.labels ?? [])]);
    expect(labels.filter((label) => !known.has(label))).toEqual([]);
  },
);

test('counters alone are asked for their rate', () => {
  const wrong = expressions().filter(([, expression]) => {
    const { metrics } = readExpression(expression);
    const rises = /\b(rate|increase)\(/.test(expression);
    return metrics.some((name) => specOf(name) && (specOf(name)?.type === 'gauge') === rises);
  });
  expect(wrong).toEqual([]);
});

test('each alert has its entry in the runbook, and each entry its alert', () => {
  const entries = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  expect(entries).toEqual(alertRules().map(({ alert }) => alert));
  for (const { alert, annotations } of alertRules())
    expect(annotations.runbook).toBe(`docs/operations/runbook.md#${alert.toLowerCase()}`);
});

test('names of metrics end as Prometheus wants them', () => {
  const wrong = Object.entries(specs).filter(
    ([name, { type }]) => !/^sluice_[a-z_]+$/.test(name) || name.endsWith('_total') !== (type === 'counter'),
  );
  expect(wrong).toEqual([]);
});
