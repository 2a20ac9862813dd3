import { z } from 'zod';
import type { JsonSchema } from '../../models/call.js';

export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
}

export type SchemaVerdict =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

export type SchemaCheck = (value: unknown) => SchemaVerdict;

/** A schema that no validator can be made from: its template is refused, before any model is asked. */
export class JsonSchemaError extends Error {
  override readonly name = 'JsonSchemaError';
}

const MAX_PROBLEMS = 10;

/** Makes the validator of a JSON Schema (draft 2020-12, 7 or 4, local references only). */
export function compileJsonSchema(schema: JsonSchema): SchemaCheck {
  const validator = build(schema);
  return (value) => {
    const parsed = validator.safeParse(value);
    if (parsed.success) return { ok: true, value: parsed.data };
    const problems = parsed.error.issues.slice(0, MAX_PROBLEMS).map((issue) => ({
      path: issue.path.map(String).join('.') || '(root)',
      message: issue.message,
    }));
    return { ok: false, problems };
  };
}

/** The problems of a given text or object. Text is read as JSON; text that is none fits no schema. */
export function problemsOf(
  schema: JsonSchema,
  given: string | Record<string, unknown>,
): readonly SchemaProblem[] {
  const verdict = compileJsonSchema(schema)(typeof given === 'string' ? parsed(given) : given);
  return verdict.ok ? [] : verdict.problems;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function build(schema: JsonSchema): z.ZodType {
  if (schema['type'] !== 'object' && schema['type'] !== 'array' && schema['$ref'] === undefined) {
    throw new JsonSchemaError('the schema is of type object or array');
  }
  const undeclared = undeclaredRequired(schema);
  if (undeclared !== undefined) {
    throw new JsonSchemaError(`${undeclared} is required, but the properties do not describe it`);
  }
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    throw new JsonSchemaError(error instanceof Error ? error.message : 'the schema cannot be read');
  }
}

/** zod checks a required member only when it is described: a schema that means more would pass what it forbids. */
function undeclaredRequired(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { required, properties } = node as { required?: unknown; properties?: unknown };
  const declared = typeof properties === 'object' && properties !== null ? properties : {};
  const missing = Array.isArray(required)
    ? required.find((name) => typeof name === 'string' && !Object.hasOwn(declared, name))
    : undefined;
  if (missing !== undefined) return JSON.stringify(missing);
  return Object.values(node)
    .map(undeclaredRequired)
    .find((found) => found !== undefined);
}
