import ts from 'typescript';

/** The functions of the client whose first argument is an operation. */
const callers = new Set(['call', 'callAny', 'send', 'addressOf']);

/** Fewer letters than these spell no operation: `h${level}` is a heading. */
const LEAST_LETTERS = 3;

/**
 * Places of a source that make the name of an operation of other parts than a literal in quotes. The bundle of
 * the console would leave its route out.
 */
export function assembledOperations(file: string, text: string, operations: readonly string[]): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isAssembled(node, operations)) found.push(`${file}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isAssembled(node: ts.Node, operations: readonly string[]): boolean {
  if (ts.isCallExpression(node)) {
    const [name] = node.arguments;
    return callers.has(node.expression.getText()) && name !== undefined && !isPlainName(name);
  }
  if (ts.isAsExpression(node)) return /^(OperationId|ListId)$/.test(node.type.getText());
  const parts = partsOf(node);
  return parts !== undefined && spellsOne(parts, operations);
}

/** A literal, or a name whose type has come from literals. */
function isPlainName(node: ts.Expression): boolean {
  if (ts.isConditionalExpression(node)) return isPlainName(node.whenTrue) && isPlainName(node.whenFalse);
  if (ts.isArrowFunction(node)) return true;
  return ts.isStringLiteral(node) || ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
}

/** The letters of a template between its insertions. */
function partsOf(node: ts.Node): string[] | undefined {
  if (ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
}

function spellsOne(parts: readonly string[], operations: readonly string[]): boolean {
  const letters = parts.join('');
  if (letters.length < LEAST_LETTERS || !/^\w+$/.test(letters)) return false;
  const pattern = new RegExp(`^${parts.join('\\w*')}$`);
  return operations.some((operation) => pattern.test(operation));
}
