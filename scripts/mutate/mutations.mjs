// The mutations of one TypeScript file: each replaces one stretch of its text by another.
import ts from 'typescript';
import { sqlMutations } from './sql-mutations.mjs';

const K = ts.SyntaxKind;

const operators = new Map([
  [K.LessThanToken, ['<=']],
  [K.LessThanEqualsToken, ['<']],
  [K.GreaterThanToken, ['>=']],
  [K.GreaterThanEqualsToken, ['>']],
  [K.EqualsEqualsEqualsToken, ['!==']],
  [K.ExclamationEqualsEqualsToken, ['===']],
  [K.AmpersandAmpersandToken, ['||']],
  [K.BarBarToken, ['&&']],
  [K.PlusToken, ['-']],
  [K.MinusToken, ['+']],
  [K.AsteriskToken, ['/']],
  [K.SlashToken, ['*']],
  [K.PercentToken, ['*']],
  [K.AmpersandToken, ['|']],
  [K.BarToken, ['&']],
  [K.GreaterThanGreaterThanToken, ['<<']],
  [K.LessThanLessThanToken, ['>>']],
  [K.PlusEqualsToken, ['-=']],
  [K.MinusEqualsToken, ['+=']],
]);

const methods = {
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  round: 'floor',
  trunc: 'ceil',
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
  toUpperCase: 'toLowerCase',
  toLowerCase: 'toUpperCase',
  trimStart: 'trimEnd',
  trimEnd: 'trimStart',
  padStart: 'padEnd',
  padEnd: 'padStart',
};

/** Calls that give what they were called on, changed: without them the value goes on as it was. */
const changers = new Set(
  'trim trimStart trimEnd sort toSorted reverse toReversed filter slice replace replaceAll normalize toLowerCase toUpperCase concat flat'.split(
    ' ',
  ),
);

/** Mutations in the order of the text: `{ start, end, replacement }`. */
export function mutationsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found = [];
  const add = (node, replacement) =>
    found.push({ start: node.getStart(source), end: node.getEnd(), replacement });
  const visit = (node) => {
    if (isErased(node)) return;
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'sql')
      found.push(...sqlMutations(node.template, source));
    for (const replacement of replacementsOf(node)) add(node, replacement);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Types and the names of modules and properties do nothing at run time. */
function isErased(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.isStringLiteral(node) && node.parent.name === node)
  );
}

function replacementsOf(node) {
  const all = [...ofExpression(node), ...ofLiteral(node)];
  if (isCondition(node) && node.kind !== K.TrueKeyword && node.kind !== K.FalseKeyword)
    all.push('true', 'false');
  return all;
}

function ofExpression(node) {
  if (ts.isBinaryExpression(node)) return ofBinary(node);
  if (ts.isPrefixUnaryExpression(node)) return ofUnary(node, node.operator);
  if (ts.isPostfixUnaryExpression(node)) return ofUnary(node, node.operator);
  if (ts.isCallExpression(node)) return ofCall(node);
  if (ts.isExpressionStatement(node) || node.kind === K.ContinueStatement || node.kind === K.BreakStatement)
    return [';'];
  if (ts.isReturnStatement(node) && node.expression === undefined) return [';'];
  if (node.questionDotToken !== undefined) {
    const text = node.getText();
    const at = node.questionDotToken.getStart() - node.getStart();
    const member = text[at + 2] === '[' || text[at + 2] === '(' ? '!' : '!.';
    return [`${text.slice(0, at)}${member}${text.slice(at + 2)}`];
  }
  return [];
}

function ofBinary(node) {
  const { left, right, operatorToken } = node;
  const [a, b] = [left.getText(), right.getText()];
  if (operatorToken.kind === K.QuestionQuestionToken)
    return isBound(node) && right.kind === K.NullKeyword ? [`(${b})`] : [`(${a})!`, `(${b})`];
  return (operators.get(operatorToken.kind) ?? []).map((operator) => `${a} ${operator} ${b}`);
}

/** Whether it is a value of a statement. The driver sends one that is undefined as null. */
function isBound({ parent }) {
  return ts.isTemplateSpan(parent) && parent.parent.parent.tag?.getText() === 'sql';
}

function ofUnary({ operand }, operator) {
  if (operator === K.ExclamationToken || operator === K.MinusToken) return [operand.getText()];
  if (operator === K.PlusPlusToken) return [`${operand.getText()}--`];
  return operator === K.MinusMinusToken ? [`${operand.getText()}++`] : [];
}

function ofCall({ expression, arguments: given }) {
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const name = expression.name.text;
  const receiver = expression.expression.getText();
  const args = given.map((each) => each.getText()).join(', ');
  const all = changers.has(name) ? [receiver] : [];
  if (Object.hasOwn(methods, name)) all.push(`${receiver}.${methods[name]}(${args})`);
  return all;
}

function ofLiteral(node) {
  if (ts.isNumericLiteral(node)) return [String(Number(node.text) + 1)];
  if (ts.isBigIntLiteral(node)) return [`(${node.getText()} + 1n)`];
  if (node.kind === K.TrueKeyword) return ['false'];
  if (node.kind === K.FalseKeyword) return ['true'];
  if (ts.isRegularExpressionLiteral(node)) return ofPattern(node.text);
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) return ['[]'];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return ofText(node);
  return ts.isTemplateExpression(node) && !ts.isTaggedTemplateExpression(node.parent) ? ["''"] : [];
}

function ofText(node) {
  if (ts.isTaggedTemplateExpression(node.parent)) return [];
  return [node.text === '' ? "'mutated'" : "''"];
}

/** Anchors, quantifiers and flags of a regular expression, and whether a set of characters is negated. */
function ofPattern(text) {
  const all = [];
  for (const [part, other] of [
    [/(?<=^\/|\||\()\^/g, ''],
    [/(?<![\\])\$(?=\/[a-z]*$|\||\))/g, ''],
    [/(?<=[^\\(])\+(?!\/[a-z]*$)|(?<=[^\\(])\+(?=\/[a-z]*$)/g, ''],
    [/(?<=[^\\(/])\*/g, '+'],
    [/(?<!\\)\[\^/g, '['],
    [/(?<!\\)\[(?!\^)/g, '[^'],
    [/(?<=\/)([a-z]*)[gims]([a-z]*)$/g, '$1$2'],
  ]) {
    for (const { index, 0: match } of text.matchAll(part))
      all.push(text.slice(0, index) + match.replace(part, other) + text.slice(index + match.length));
  }
  return [...new Set(all)].filter((each) => each !== text && isPattern(each));
}

function isPattern(text) {
  const end = text.lastIndexOf('/');
  try {
    new RegExp(text.slice(1, end), text.slice(end + 1));
    return true;
  } catch {
    return false;
  }
}

function isCondition(node) {
  const { parent } = node;
  if (parent === undefined) return false;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  const joined = [K.AmpersandAmpersandToken, K.BarBarToken];
  return ts.isBinaryExpression(parent) && joined.includes(parent.operatorToken.kind);
}
