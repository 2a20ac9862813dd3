import type { Pool, QueryResultRow } from 'pg';
import type { Db, NamedStatement } from '../../src/db/base/sql.js';

export interface QueryPlan {
  /** The statement as it went to the server. */
  readonly text: string;
  readonly values: readonly unknown[];
  /** Nodes as `Index Scan idx_users_role` or `Sort`, outermost first. */
  readonly nodes: readonly string[];
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

/** The plans of the very statements that `work` sends, as the server makes them for these values. */
export async function plansOf(pool: Pool, work: (db: Db) => Promise<unknown>): Promise<QueryPlan[]> {
  const sent: { text: string; values: unknown[] }[] = [];
  const spy: Db = {
    query: async <Row extends QueryResultRow>(statement: string | NamedStatement, values: unknown[] = []) => {
      const text = typeof statement === 'string' ? statement : statement.text;
      sent.push({ text, values });
      return pool.query<Row>(text, values);
    },
  };
  await work(spy);
  return Promise.all(
    sent.map(async ({ text, values }) => {
      const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `explain (format json) ${text}`,
        values,
      );
      return { text, values, nodes: nodesOf(rows[0]!['QUERY PLAN'][0].Plan) };
    }),
  );
}

function nodesOf(node: PlanNode): string[] {
  const name = [node['Node Type'], node['Index Name'] ?? node['Relation Name']].filter(Boolean).join(' ');
  return [name, ...(node.Plans ?? []).flatMap(nodesOf)];
}
