import { z } from 'zod';
import type { Language } from '../../domain/language.js';

export type { Language };

/** A text in one language, or in each that the template speaks; a session reads the one of its topic. */
const text = z.union([
  z.string().min(1).max(20_000),
  z.strictObject({ en: z.string().min(1).max(20_000), ja: z.string().min(1).max(20_000) }),
]);

const shortText = z.union([
  z.string().min(1).max(200),
  z.strictObject({ en: z.string().min(1).max(200), ja: z.string().min(1).max(200) }),
]);

export type LocalText = z.infer<typeof text>;

export const toolNames = ['fetch_url', 'search', 'sql_query'] as const;

export const stepDefinition = z.strictObject({
  /** The model's prompt in this step. Topic, earlier outputs and notes are added around it, fenced as data. */
  prompt: text,
  model: z.string().min(1).max(200).optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).max(200_000).optional(),
  /** JSON Schema of an object; without it the step writes Markdown. */
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  tools: z.array(z.enum(toolNames)).max(toolNames.length).optional(),
});
export type StepDefinition = z.infer<typeof stepDefinition>;

export const phaseDefinition = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'a lower-case word'),
  title: shortText,
  /** Whether a person decides before the next phase starts; by default after every phase but the last. */
  gate: z.boolean().optional(),
  /** The purpose of the whole phase; it precedes each step's prompt. */
  instructions: text.optional(),
  steps: z
    .strictObject({ THINK: stepDefinition, EXECUTE: stepDefinition, INTEGRATE: stepDefinition })
    .superRefine((steps, context) => {
      for (const step of ['THINK', 'INTEGRATE'] as const) {
        const path = [step, 'tools'];
        const isNamed = steps[step].tools?.includes('sql_query') === true;
        if (isNamed) context.addIssue({ code: 'custom', path, message: 'sql_query is for EXECUTE alone' });
      }
    }),
});
export type PhaseDefinition = z.infer<typeof phaseDefinition>;

export const templateName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'a lower-case name with hyphens');

export const templateDefinition = z
  .strictObject({
    name: templateName,
    title: shortText,
    description: text,
    /** The system prompt of every step. */
    system: text.optional(),
    model: z.string().min(1).max(200).optional(),
    /** JSON Schema of a session's input; without it any text or object will do. */
    inputSchema: z.looseObject({ type: z.literal('object') }).optional(),
    phases: z.array(phaseDefinition).min(1).max(20),
  })
  .meta({ id: 'TemplateDefinition' });
export type TemplateDefinition = z.infer<typeof templateDefinition>;

export function localText(given: LocalText, language: Language): string {
  return typeof given === 'string' ? given : given[language];
}
