/** The same object without some of its members. */
export function omit<Value extends object, Name extends keyof Value>(
  value: Value,
  ...names: readonly Name[]
): Omit<Value, Name> {
  const left = { ...value };
  for (const name of names) delete left[name];
  return left;
}
