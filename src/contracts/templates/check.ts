import type { z } from 'zod';
import { stepNames } from '../../domain/sessions/state.js';
import { compileJsonSchema } from './json-schema.js';
import { templateDefinition, type TemplateDefinition } from './template.js';

/** A template with the rules that its shape alone does not hold: each problem names the place where it is. */
export const checkedTemplate = templateDefinition
  .superRefine((template, context) => {
    for (const { path, message } of [...repeatedKeys(template), ...unusableSchemas(template)]) {
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .meta({ id: 'NewTemplate' });

interface Finding {
  readonly path: z.core.$ZodIssue['path'];
  readonly message: string;
}

function repeatedKeys({ phases }: TemplateDefinition): Finding[] {
  return phases.flatMap(({ key }, index) => {
    const first = phases.findIndex((phase) => phase.key === key);
    if (first === index) return [];
    return [{ path: ['phases', index, 'key'], message: `"${key}" is the key of phase ${first + 1} already` }];
  });
}

function unusableSchemas({ inputSchema, phases }: TemplateDefinition): Finding[] {
  const outputs = phases.flatMap((phase, index) =>
    stepNames.map((step) => ({
      path: ['phases', index, 'steps', step, 'outputSchema'],
      schema: phase.steps[step].outputSchema,
    })),
  );
  return [{ path: ['inputSchema'], schema: inputSchema }, ...outputs].flatMap(({ path, schema }) => {
    const message = schema === undefined ? null : whyUnusable(schema);
    return message === null ? [] : [{ path, message }];
  });
}

/** Every failure here, also of a schema nested too deep, is the schema's fault: nobody could validate with it. */
function whyUnusable(schema: Record<string, unknown>): string | null {
  try {
    compileJsonSchema(schema);
    return null;
  } catch (error) {
    return error instanceof Error
      ? `is not a usable JSON Schema: ${error.message}`
      : 'is not a usable JSON Schema';
  }
}
