import { z } from 'zod';
import type { FieldError } from '../../contracts/refusal.js';
import { Problem } from './problems.js';
import { isUnstorable } from './unstorable-text.js';

const MAX_ERRORS = 20;
const nothing = z.strictObject({});

/** A path that names what cannot exist is a record that does not exist. */
export function validateParams(schema: z.ZodType | undefined, params: Record<string, string>): unknown {
  if (Object.values(params).some(isUnstorable)) throw new Problem('not_found');
  if (schema === undefined) return params;
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw new Problem('not_found');
  return parsed.data;
}

export function validateQuery(schema: z.ZodType | undefined, querystring: string): unknown {
  const query: Record<string, string> = {};
  const errors: FieldError[] = [];
  if (querystring !== '') {
    for (const [name, value] of new URLSearchParams(querystring)) {
      if (Object.hasOwn(query, name)) errors.push({ path: name, message: 'must be given once' });
      else if (isUnstorable(name) || isUnstorable(value))
        errors.push({ path: name, message: 'must not contain NUL' });
      // Not by assignment: `__proto__` would set the prototype.
      else Object.defineProperty(query, name, { value, enumerable: true });
    }
  }
  if (errors.length > 0) throw invalid(errors);
  return parse(schema ?? nothing, query);
}

export function validateBody(
  schema: z.ZodType | undefined,
  value: unknown,
  options: { optional: boolean },
): unknown {
  if (value === undefined && !options.optional)
    throw invalid([{ path: '', message: 'a JSON body is needed' }]);
  return parse(schema ?? nothing, value === undefined ? {} : value);
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap(fieldErrors));
}

function invalid(errors: FieldError[]): Problem {
  const shown = errors.slice(0, MAX_ERRORS);
  const detail = shown.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return new Problem('validation_error', { detail: detail.slice(0, 1_000), errors: shown });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({ path: pathOf([...issue.path, name]), message: 'unknown field' }));
  }
  if (issue.code === 'invalid_union') {
    // Of the alternatives, the one that came closest is the one that was meant.
    const [closest] = [...issue.errors].sort(
      (left, right) => Number(isOtherKind(left)) - Number(isOtherKind(right)) || left.length - right.length,
    );
    if (closest !== undefined && closest.length > 0) {
      return closest.flatMap((inner) => fieldErrors({ ...inner, path: [...issue.path, ...inner.path] }));
    }
  }
  return [{ path: pathOf(issue.path), message: issue.message }];
}

/** Whether a value failed an alternative as a whole: a text where an object was asked for, and the like. */
function isOtherKind(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, 200);
}
