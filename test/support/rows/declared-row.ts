import ts from 'typescript';

/** The JavaScript values that a column may give. `object` is a Buffer, a Date or anything that JSON holds. */
export type Kind = 'string' | 'number' | 'boolean' | 'object';

export interface DeclaredColumn {
  readonly name: string;
  readonly kinds: ReadonlySet<Kind>;
  /** Undefined: the type says nothing of it. */
  readonly isNullable: boolean | undefined;
  readonly isOptional: boolean;
}

/** The members of a row's type. A member of one half of a union alone is optional. */
export function declaredRow(checker: ts.TypeChecker, row: ts.Type): DeclaredColumn[] {
  assertKnown(row);
  const halves = row.isUnion() ? row.types : [row];
  const names = new Set(halves.flatMap((half) => checker.getPropertiesOfType(half).map(({ name }) => name)));
  return [...names].map((name) => columnOf(checker, name, halves));
}

function columnOf(checker: ts.TypeChecker, name: string, halves: readonly ts.Type[]): DeclaredColumn {
  const members = halves.map((half) => checker.getPropertyOfType(half, name));
  const types = members.flatMap((member) => {
    if (member === undefined) return [];
    const type = checker.getTypeOfSymbol(member);
    return type.isUnion() ? type.types : [type];
  });
  // The type of a package that is not read would agree with any column.
  if (types.some(({ flags }) => flags & ts.TypeFlags.Any))
    throw new Error(`the row's ${name} has no known type`);
  const isAbsent = (type: ts.Type): boolean =>
    (type.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0;
  return {
    name,
    kinds: new Set(types.filter((type) => !isAbsent(type)).flatMap(kindsOf)),
    isNullable: types.some(({ flags }) => (flags & ts.TypeFlags.Unknown) !== 0)
      ? undefined
      : types.some(({ flags }) => (flags & ts.TypeFlags.Null) !== 0),
    isOptional: members.some(
      (member) => member === undefined || (member.flags & ts.SymbolFlags.Optional) !== 0,
    ),
  };
}

function kindsOf(type: ts.Type): Kind[] {
  if (type.flags & ts.TypeFlags.StringLike) return ['string'];
  if (type.flags & ts.TypeFlags.NumberLike) return ['number'];
  if (type.flags & ts.TypeFlags.BooleanLike) return ['boolean'];
  // A branded string is `string & {…}`.
  if (type.isIntersection())
    return type.types.some((part) => part.flags & ts.TypeFlags.StringLike) ? ['string'] : ['object'];
  if (type.flags & ts.TypeFlags.Object) return ['object'];
  return ['string', 'number', 'boolean', 'object'];
}

/** The type of a package that is not read is `any`, which would agree with each column. */
function assertKnown({ flags }: ts.Type): void {
  if (flags & ts.TypeFlags.Any) throw new Error('a row has a type that no read package declares');
}
