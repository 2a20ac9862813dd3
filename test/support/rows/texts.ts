import ts from 'typescript';

export type Bound = ts.Expression;
type Given = ReadonlyMap<ts.Symbol, readonly string[]>;

/**
 * The texts of a statement as the `sql` tag renders it, read from its source. Fragments are followed to where they are
 * declared. Each branch of a condition gives a text, and every other value is a parameter.
 *
 * T1. A condition that is put together at run time changes no column and stands as `true`, an order as `1`. Any other
 *     part that cannot be followed leaves the statement without a text: nothing is guessed.
 * T2. Branches are paired, not multiplied: the n-th text takes the n-th branch of each part.
 */
export function textsOf(checker: ts.TypeChecker, statement: ts.Expression): string[] {
  return fragment(checker, statement, new Map()).map(numbered);
}

/** Parameters are numbered once the text is whole. */
function numbered(text: string): string {
  let last = 0;
  return text.replaceAll('\u0000', () => `$${(last += 1)}`);
}

function fragment(checker: ts.TypeChecker, node: ts.Expression, given: Given): readonly string[] {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node))
    return fragment(checker, node.expression, given);
  if (ts.isTaggedTemplateExpression(node)) return template(checker, node.template, given);
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => fragment(checker, branch, given));
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
    return [node.left, node.right].flatMap((branch) => fragment(checker, branch, given));
  if (ts.isIdentifier(node)) return named(checker, node, given);
  if (ts.isCallExpression(node)) return called(checker, node, given);
  if (ts.isPropertyAccessExpression(node)) return member(checker, node, given);
  if (ts.isElementAccessExpression(node)) return anyMember(checker, node.expression, given);
  return [];
}

function template(checker: ts.TypeChecker, node: ts.TemplateLiteral, given: Given): readonly string[] {
  if (ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  const parts: (readonly string[])[] = [[node.head.text]];
  let before = node.head.text;
  for (const { expression, literal } of node.templateSpans) {
    const texts = isFragment(checker, expression) ? fragment(checker, expression, given) : ['\u0000'];
    parts.push(texts.length > 0 ? texts : standIn(before), [literal.text]);
    before = literal.text;
  }
  return paired(parts, '');
}

function standIn(before: string): readonly string[] {
  if (/\b(where|and|when)\s*\(?$/.test(before)) return ['true'];
  return /\border by\s*$/.test(before) ? ['1'] : [];
}

/** The n-th text of each part, in a row. */
function paired(parts: readonly (readonly string[])[], separator: string): string[] {
  if (parts.some((part) => part.length === 0)) return [];
  const count = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: count }, (_, at) =>
    parts.map((part) => part[Math.min(at, part.length - 1)]).join(separator),
  );
}

function isFragment(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(node);
  const halves = type.isUnion() ? type.types : [type];
  return halves.some((half) => half.symbol?.name === 'Sql');
}

function named(checker: ts.TypeChecker, node: ts.Identifier, given: Given): readonly string[] {
  const symbol = declared(checker, node);
  if (symbol === undefined) return [];
  const known = given.get(symbol);
  if (known !== undefined) return known;
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined) return [];
  if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined)
    return fragment(checker, declaration.initializer, given);
  if (ts.isBindingElement(declaration)) return unpacked(checker, declaration, given);
  return [];
}

/** `const { where } = keyset(…)`: the member of what the call returns. */
function unpacked(checker: ts.TypeChecker, element: ts.BindingElement, given: Given): readonly string[] {
  const source = element.parent.parent;
  if (!ts.isVariableDeclaration(source) || source.initializer === undefined) return [];
  const name = (element.propertyName ?? element.name).getText();
  return memberOf(checker, source.initializer, { name, given });
}

function declared(checker: ts.TypeChecker, node: ts.Identifier): ts.Symbol | undefined {
  const shorthand = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : undefined;
  const symbol = shorthand ?? checker.getSymbolAtLocation(node);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias
    ? checker.getAliasedSymbol(symbol)
    : symbol;
}

interface Wanted {
  readonly name: string;
  readonly given: Given;
}

function member(checker: ts.TypeChecker, node: ts.PropertyAccessExpression, given: Given): readonly string[] {
  return memberOf(checker, node.expression, { name: node.name.text, given });
}

function memberOf(
  checker: ts.TypeChecker,
  holder: ts.Expression,
  { name, given }: Wanted,
): readonly string[] {
  return literalsOf(checker, holder, given).flatMap(({ literal, given: within }) =>
    literal.properties.flatMap((property) => {
      if (property.name?.getText() !== name) return [];
      if (ts.isPropertyAssignment(property)) return fragment(checker, property.initializer, within);
      return ts.isShorthandPropertyAssignment(property) ? named(checker, property.name, within) : [];
    }),
  );
}

function anyMember(checker: ts.TypeChecker, holder: ts.Expression, given: Given): readonly string[] {
  return literalsOf(checker, holder, given).flatMap(({ literal, given: within }) =>
    literal.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) ? fragment(checker, property.initializer, within) : [],
    ),
  );
}

interface Literal {
  readonly literal: ts.ObjectLiteralExpression;
  readonly given: Given;
}

/** The object literals that an expression may stand for. */
function literalsOf(checker: ts.TypeChecker, node: ts.Expression, given: Given): Literal[] {
  if (ts.isObjectLiteralExpression(node)) return [{ literal: node, given }];
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node))
    return literalsOf(checker, node.expression, given);
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => literalsOf(checker, branch, given));
  if (ts.isIdentifier(node)) {
    const declaration = declared(checker, node)?.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return [];
    return declaration.initializer === undefined ? [] : literalsOf(checker, declaration.initializer, given);
  }
  if (!ts.isCallExpression(node)) return [];
  const target = functionOf(checker, node);
  if (target === undefined) return [];
  const within = bound(checker, { target, call: node, given });
  return returnsOf(target).flatMap((value) => literalsOf(checker, value, within));
}

function called(checker: ts.TypeChecker, call: ts.CallExpression, given: Given): readonly string[] {
  const name = ts.isIdentifier(call.expression) ? call.expression.text : '';
  const [first, second] = call.arguments;
  if (name === 'prepared' && second !== undefined) return fragment(checker, second, given);
  if (name === 'join' && first !== undefined && second !== undefined)
    return joined(checker, { parts: first, separator: second, given });
  const target = functionOf(checker, call);
  if (target === undefined) return [];
  const within = bound(checker, { target, call, given });
  return returnsOf(target).flatMap((value) => fragment(checker, value, within));
}

interface Call {
  readonly target: ts.FunctionLikeDeclaration;
  readonly call: ts.CallExpression;
  readonly given: Given;
}

/** The texts of the arguments, by the parameters of the called function. */
function bound(checker: ts.TypeChecker, { target, call, given }: Call): Given {
  const texts = new Map<ts.Symbol, readonly string[]>(given);
  target.parameters.forEach(({ name, initializer }, at) => {
    const argument = call.arguments[at] ?? initializer;
    if (argument === undefined) return;
    if (ts.isIdentifier(name))
      put(name, isFragment(checker, argument) ? fragment(checker, argument, given) : []);
    if (ts.isObjectBindingPattern(name))
      for (const element of name.elements)
        if (ts.isIdentifier(element.name)) {
          const member = (element.propertyName ?? element.name).getText();
          put(element.name, memberOf(checker, argument, { name: member, given }));
        }
  });
  return texts;

  function put(name: ts.Identifier, found: readonly string[]): void {
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol !== undefined && found.length > 0) texts.set(symbol, found);
  }
}

function functionOf(
  checker: ts.TypeChecker,
  call: ts.CallExpression,
): ts.FunctionLikeDeclaration | undefined {
  if (!ts.isIdentifier(call.expression)) return undefined;
  const declaration = declared(checker, call.expression)?.valueDeclaration;
  if (declaration === undefined) return undefined;
  if (ts.isFunctionDeclaration(declaration)) return declaration;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
  return ts.isArrowFunction(declaration.initializer) ? declaration.initializer : undefined;
}

function returnsOf({ body }: ts.FunctionLikeDeclaration): ts.Expression[] {
  if (body === undefined) return [];
  if (!ts.isBlock(body)) return [body];
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined) found.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

interface Joined {
  readonly parts: ts.Expression;
  readonly separator: ts.Expression;
  readonly given: Given;
}

function joined(checker: ts.TypeChecker, { parts, separator, given }: Joined): readonly string[] {
  const [between] = fragment(checker, separator, given);
  return between === undefined ? [] : paired(elementsOf(checker, parts, given), between);
}

/** The elements of a list of fragments. A list made by `map` stands for one of its elements. */
function elementsOf(checker: ts.TypeChecker, node: ts.Expression, given: Given): (readonly string[])[] {
  if (ts.isArrayLiteralExpression(node))
    return node.elements.flatMap((element) =>
      ts.isSpreadElement(element)
        ? elementsOf(checker, element.expression, given)
        : [fragment(checker, element, given)],
    );
  if (ts.isConditionalExpression(node)) return elementsOf(checker, node.whenTrue, given);
  if (ts.isIdentifier(node)) {
    const declaration = declared(checker, node)?.valueDeclaration;
    if (
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined
    )
      return elementsOf(checker, declaration.initializer, given);
    return [[]];
  }
  if (!ts.isCallExpression(node)) return [[]];
  if (ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression } = node.expression;
    if (name.text === 'filter') return elementsOf(checker, expression, given);
    const [each] = node.arguments;
    if (name.text === 'map' && each !== undefined && ts.isArrowFunction(each))
      return returnsOf(each)
        .map((value) => fragment(checker, value, given))
        .slice(0, 1);
    return [[]];
  }
  const target = functionOf(checker, node);
  if (target === undefined) return [[]];
  const within = bound(checker, { target, call: node, given });
  return returnsOf(target).flatMap((value) => elementsOf(checker, value, within));
}
