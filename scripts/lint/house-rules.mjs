/** Rules of this house that no plugin knows. oxlint loads a plugin by its default export. */

const rule = (visitorOf) => ({
  create: (context) => visitorOf((node, message) => context.report({ node, message })),
});

const namedExports = rule((report) => ({
  ExportDefaultDeclaration: (node) => report(node, 'Named exports only: a name can be searched for.'),
}));

/** A spread of a literal says nothing that the literal's own members would not say. */
const spreadNoLiteral = rule((report) => ({
  SpreadElement(node) {
    if (['ObjectExpression', 'ArrayExpression'].includes(node.argument.type))
      report(node, 'Write the members of the literal where they are spread.');
  },
}));

const isHidden = (node) => node.accessibility === 'private' || node.accessibility === 'protected';

/** A constructor has no other way to be private. */
const privateNames = rule((report) => {
  const check = (node) => {
    if (isHidden(node) && node.kind !== 'constructor')
      report(node, 'Write #name: JavaScript keeps it private at run time as well.');
  };
  return { PropertyDefinition: check, MethodDefinition: check, TSParameterProperty: check };
});

/** A plain throw in workflow code fails the workflow task for ever and leaves the run silently stuck. */
const applicationFailure = rule((report) => ({
  ThrowStatement({ argument }) {
    if (argument?.type === 'NewExpression' && argument.callee.name === 'Error')
      report(argument, 'Workflow code throws ApplicationFailure with a type from contracts/errors.ts.');
  },
}));

export default {
  meta: { name: 'house' },
  rules: {
    'named-exports': namedExports,
    'spread-no-literal': spreadNoLiteral,
    'private-names': privateNames,
    'application-failure': applicationFailure,
  },
};
