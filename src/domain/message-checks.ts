import { wellFormed } from './well-formed.js';

/** The problem of a value; null without one. By hand: zod stays out of the workflow's bundle. */
export type Check = (value: unknown) => string | null;

/** Of an object that has only the members of `checks`, each of them optional. */
export function problemOf(given: unknown, checks: Record<string, Check>): string | null {
  const members = Object.keys(checks).join(', ');
  if (!isRecord(given)) return `takes one object with the members ${members}`;
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    const problem = check === undefined ? `is unknown; the members are ${members}` : check(value);
    if (problem !== null) return `${wellFormed(name).slice(0, 100)}: ${problem}`;
  }
  return null;
}

/** Of an object that has all members of `checks`. Others are left alone: a newer sender may know more. */
export function recordOf(checks: Record<string, Check>): Check {
  return (value) => {
    if (!isRecord(value)) return 'must be an object';
    for (const [name, check] of Object.entries(checks)) {
      const problem = check(value[name]);
      if (problem !== null) return `${name}: ${problem}`;
    }
    return null;
  };
}

export function textOf(min: number, max: number): Check {
  return (value) => {
    if (typeof value !== 'string' || value.length < min || value.length > max)
      return `must be a text of ${min} to ${max} characters`;
    return wellFormed(value) === value ? null : 'holds a character that cannot be stored';
  };
}

export function wholeNumberOf(min: number, max: number): Check {
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? null
      : `must be a whole number from ${min} to ${max}`;
}

export function oneOf(values: readonly string[]): Check {
  return (value) => (values.some((each) => each === value) ? null : `must be one of ${values.join(', ')}`);
}

export function orNull(check: Check): Check {
  return (value) => (value === null ? null : check(value));
}

export function orMissing(check: Check): Check {
  return (value) => (value === undefined ? null : check(value));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
