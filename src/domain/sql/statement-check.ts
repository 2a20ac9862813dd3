import { isDeniedFunction, isDeniedRelation } from './denied-functions.js';
import { positionAtByte, type TextPosition } from './text-position.js';

/**
 * Whether a parsed text is exactly one statement that only reads.
 *
 * K1. An unknown statement is refused: only SELECT, VALUES and TABLE pass, at every depth.
 * K2. The walk is a loop over its own stack: a text of any depth cannot end it.
 * K3. It judges what the real grammar made of the text, so quoting, comments and escapes hide nothing.
 */
export type StatementVerdict =
  | { readonly kind: 'allowed'; readonly relations: readonly RelationName[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly position: TextPosition | undefined };

export interface RelationName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** As the parser gives it: a document of nodes, each an object whose only member is its type. */
export interface SyntaxTree {
  readonly stmts?: readonly { readonly stmt?: object; readonly stmt_location?: number }[];
}

interface Refusal {
  readonly reason: string;
  readonly at: number | undefined;
}

type Node = Readonly<Record<string, unknown>>;

export function checkStatement(text: string, tree: SyntaxTree): StatementVerdict {
  const statements = tree.stmts ?? [];
  const [first, second] = statements;
  if (first?.stmt === undefined) return refused(text, { reason: 'There is no statement.', at: undefined });
  if (second !== undefined) {
    return refused(text, { reason: 'Only one statement may be sent.', at: second.stmt_location });
  }
  const walk = new Walk();
  const refusal = walk.run(first.stmt);
  return refusal === undefined ? { kind: 'allowed', relations: walk.relations() } : refused(text, refusal);
}

function refused(text: string, { reason, at }: Refusal): StatementVerdict {
  return { kind: 'refused', reason, position: at === undefined ? undefined : positionAtByte(text, at) };
}

class Walk {
  readonly #found: RelationName[] = [];
  readonly #named = new Set<string>();

  run(root: object): Refusal | undefined {
    const [kind] = Object.keys(root);
    if (kind !== 'SelectStmt') return { reason: `${statementWord(kind)} is not a query.`, at: undefined };
    const waiting: unknown[] = [root];
    for (let node = waiting.pop(); node !== undefined || waiting.length > 0; node = waiting.pop()) {
      if (typeof node !== 'object' || node === null) continue;
      const refusal = Array.isArray(node) ? undefined : this.#judge(node as Node);
      if (refusal !== undefined) return refusal;
      waiting.push(...(Object.values(node) as unknown[]));
    }
    return undefined;
  }

  /** The relations that the statement reads, without its own names in a WITH. */
  relations(): RelationName[] {
    return this.#found.filter(({ schema, name }) => schema !== undefined || !this.#named.has(name));
  }

  #judge(node: Node): Refusal | undefined {
    for (const [kind, value] of Object.entries(node)) {
      if (typeof value !== 'object' || value === null) continue;
      const refusal = this.#judgeKind(kind, value as Node);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #judgeKind(kind: string, value: Node): Refusal | undefined {
    if (kind.endsWith('Stmt') && kind !== 'SelectStmt') {
      return { reason: `${statementWord(kind)} changes data or settings.`, at: placeOf(value) };
    }
    switch (kind) {
      case 'intoClause':
        return { reason: 'SELECT INTO creates a table.', at: placeOf((value['rel'] ?? {}) as Node) };
      case 'lockingClause':
        return { reason: 'FOR UPDATE and FOR SHARE lock rows.', at: placeOf(value) };
      case 'FuncCall':
        return deniedCall(namesIn(value['funcname']), placeOf(value));
      // `(x).f` is another way to write `f(x)`.
      case 'ColumnRef':
        return deniedNotation(namesIn(value['fields']).slice(1), placeOf(value));
      case 'A_Indirection':
        return deniedNotation(namesIn(value['indirection']), placeOf(value));
      case 'CommonTableExpr':
        this.#named.add(String(value['ctename']));
        return undefined;
      case 'RangeVar':
        return this.#judgeRelation(value);
      default:
        return undefined;
    }
  }

  #judgeRelation(value: Node): Refusal | undefined {
    const [schema, name] = [value['schemaname'], value['relname']].map((part) =>
      typeof part === 'string' ? part : undefined,
    );
    if (name === undefined) return undefined;
    this.#found.push({ schema, name });
    if (value['catalogname'] !== undefined) {
      return { reason: 'Another database cannot be read.', at: placeOf(value) };
    }
    return isDeniedRelation(schema, name)
      ? { reason: `The relation ${name} may not be read.`, at: placeOf(value) }
      : undefined;
  }
}

function deniedCall(names: readonly string[], at: number | undefined): Refusal | undefined {
  const name = names.at(-1);
  return name !== undefined && isDeniedFunction(name)
    ? { reason: `The function ${name} may not be called.`, at }
    : undefined;
}

function deniedNotation(names: readonly string[], at: number | undefined): Refusal | undefined {
  const name = names.find(isDeniedFunction);
  return name === undefined ? undefined : deniedCall([name], at);
}

function namesIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((part: { String?: { sval?: string } }) => part.String?.sval ?? []);
}

function placeOf(node: Node): number | undefined {
  return typeof node['location'] === 'number' ? node['location'] : undefined;
}

/** `CreateTableAsStmt` → `CREATE TABLE AS`. */
function statementWord(kind: string | undefined): string {
  const words = (kind ?? 'This').replace(/Stmt$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.toUpperCase();
}
