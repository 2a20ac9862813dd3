import { z } from 'zod';

export interface DecimalOptions {
  readonly description?: string;
  /** Without one the number may be left out, and is undefined then. */
  readonly standard?: number;
}

/**
 * A whole number in a query, in decimal digits alone. `z.coerce` would take `1e1`, ` 5 `, `0x10` and the empty text
 * for numbers: the document promises none of them.
 */
export function decimal(
  min: number,
  max: number,
  options: DecimalOptions & { readonly standard: number },
): z.ZodType<number, unknown>;
export function decimal(
  min: number,
  max: number,
  options?: DecimalOptions,
): z.ZodOptional<z.ZodType<number, unknown>>;
export function decimal(
  min: number,
  max: number,
  { description, standard }: DecimalOptions = {},
): z.ZodType<number | undefined, unknown> {
  const problem = `must be a whole number from ${min} to ${max}`;
  const digits = z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, problem)
    .transform(Number)
    .refine((value) => value >= min && value <= max, problem);
  return (standard === undefined ? digits.optional() : digits.default(standard)).meta({
    override: ({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }) => {
      delete jsonSchema['pattern'];
      Object.assign(jsonSchema, {
        type: 'integer',
        minimum: min,
        maximum: max,
        default: standard,
        description,
      });
    },
  });
}
