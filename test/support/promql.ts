import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

const folder = resolve(import.meta.dirname, '../../deploy/observability');

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly { title: string; targets: readonly { expr: string }[] }[];
}

export function alertRules(): AlertRule[] {
  const { groups } = parse(readFileSync(resolve(folder, 'alerts.yaml'), 'utf8')) as {
    groups: { rules: AlertRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

export function dashboards(): Dashboard[] {
  return readdirSync(resolve(folder, 'grafana')).map(
    (file) => JSON.parse(readFileSync(resolve(folder, 'grafana', file), 'utf8')) as Dashboard,
  );
}

/** Every expression of the alert rules and the dashboards, with where it stands. */
export function expressions(): [place: string, expression: string][] {
  return [
    ...alertRules().map(({ alert, expr }): [string, string] => [alert, expr]),
    ...dashboards().flatMap(({ uid, panels }) =>
      panels.flatMap(({ title, targets }) =>
        // Grafana's own variable stands for a duration.
        targets.map(({ expr }): [string, string] => [
          `${uid}: ${title}`,
          expr.replaceAll('$__rate_interval', '5m'),
        ]),
      ),
    ),
  ];
}

export interface ReadExpression {
  /** Pieces that are no PromQL. */
  readonly errors: readonly string[];
  readonly metrics: readonly string[];
  /** Of matchers and groupings alike. */
  readonly labels: readonly string[];
}

export function readExpression(text: string): ReadExpression {
  const [errors, metrics, labels] = [[] as string[], [] as string[], [] as string[]];
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const piece = text.slice(from, to);
      if (type.isError) errors.push(text.slice(Math.max(0, from - 10), to + 10));
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector') metrics.push(piece);
      if (type.name === 'LabelName') labels.push(piece);
    },
  });
  return { errors, metrics, labels };
}
