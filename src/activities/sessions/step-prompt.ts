import { ApplicationFailure } from '@temporalio/activity';
import type { ModelRequest } from '../../models/call.js';
import { canonicalJson, sha256Hex } from '../../crypto/digest.js';
import { failureTypes } from '../../contracts/errors.js';
import type { RunSessionStepInput } from '../../contracts/sessions/workflow.js';
import {
  localText,
  type StepDefinition,
  type TemplateDefinition,
} from '../../contracts/templates/template.js';
import type { SessionContent } from '../../db/sessions/content.js';
import { assembleContext, type ContextInput } from '../../models/prompt/assemble.js';
import { stepNames } from '../../domain/sessions/state.js';

export interface StepPrompt {
  readonly stepKey: string;
  readonly definition: StepDefinition;
  readonly request: Pick<ModelRequest, 'system' | 'messages' | 'output' | 'maxOutputTokens' | 'temperature'>;
}

export interface PromptLimits {
  readonly maxTokens: number;
  readonly countTokens: (text: string) => number;
}

/**
 * The key of a step's checkpoint: everything that goes into the step, by hash. Equal keys within a session mean equal
 * work, so the second is never paid for. The attempt is part of it, because a redo asks for new work.
 */
export function stepKeyOf(input: RunSessionStepInput, content: SessionContent, model: string): string {
  const { phase, step, attempt, inputSha256, earlierOutputs, earlierNotes, results, instructions } = input;
  return sha256Hex(
    canonicalJson({
      template: [content.templateName, content.templateVersion],
      topic: content.topic,
      place: [phase, step, attempt],
      given: [inputSha256, earlierOutputs, earlierNotes, results, instructions],
      model,
    }),
  );
}

export function stepDefinitionOf(input: RunSessionStepInput, template: TemplateDefinition): StepDefinition {
  const phase = template.phases[input.phase - 1];
  if (phase === undefined)
    throw ApplicationFailure.nonRetryable('the phase is not in the template', failureTypes.invalidInput);
  return phase.steps[input.step];
}

/** Of every text that goes into the step. */
export function hashesOf(input: RunSessionStepInput): string[] {
  const given = [input.inputSha256, input.instructions, ...input.earlierOutputs, ...input.earlierNotes];
  return [...given, ...Object.values(input.results)].filter((hash) => typeof hash === 'string');
}

/** The prompt: the template's words as instructions, everything else fenced as data. */
export function stepPrompt(
  input: RunSessionStepInput,
  content: SessionContent,
  limits: PromptLimits,
): StepPrompt['request'] {
  const definition = stepDefinitionOf(input, content.template);
  const context = assembleContext(contextOf(input, content, definition), limits.maxTokens, {
    countTokens: limits.countTokens,
    digest: sha256Hex,
  });
  return {
    system: context.system,
    messages: [{ role: 'user', content: context.user }],
    ...(definition.outputSchema === undefined
      ? {}
      : {
          output: { name: `${input.step.toLowerCase()}_result`, schema: definition.outputSchema, repairs: 2 },
        }),
    ...(definition.maxOutputTokens === undefined ? {} : { maxOutputTokens: definition.maxOutputTokens }),
    ...(definition.temperature === undefined ? {} : { temperature: definition.temperature }),
  };
}

function contextOf(
  input: RunSessionStepInput,
  content: SessionContent,
  definition: StepDefinition,
): ContextInput {
  const { template, language, texts } = content;
  const phase = template.phases[input.phase - 1];
  const textOf = (sha256: string | null): string => (sha256 === null ? '' : keptText(texts, sha256));
  const titleOf = (number: number): string => localText(template.phases[number - 1]?.title ?? '', language);
  const extra = textOf(input.inputSha256);
  const instructions = [phase?.instructions, definition.prompt].flatMap((text) =>
    text === undefined ? [] : [localText(text, language)],
  );
  return {
    topic: content.topic,
    ...(extra === '' ? {} : { input: inputRecord(extra) }),
    ...(template.system === undefined ? {} : { rules: localText(template.system, language) }),
    instructions: instructions.join('\n\n'),
    phase: {
      number: input.phase,
      of: template.phases.length,
      key: phase?.key ?? '',
      title: titleOf(input.phase),
    },
    step: input.step,
    earlierPhases: input.earlierOutputs.flatMap((sha256, index) =>
      sha256 === null
        ? []
        : [
            {
              number: index + 1,
              title: titleOf(index + 1),
              text: textOf(sha256),
              edited: content.edited.has(sha256),
            },
          ],
    ),
    earlierSteps: stepNames.flatMap((step) => {
      const sha256 = input.results[step];
      return sha256 == null ? [] : [{ step, text: textOf(sha256) }];
    }),
    notes: [
      ...input.earlierNotes.flatMap((sha256, index) =>
        sha256 === null
          ? []
          : [{ phase: index + 1, kind: 'note' as const, by: 'reviewer', text: textOf(sha256) }],
      ),
      ...(input.instructions === null
        ? []
        : [{ phase: input.phase, kind: 'redo' as const, by: 'reviewer', text: textOf(input.instructions) }]),
    ],
  };
}

/** An empty text in its place would ask the model, and be paid for, without what the step builds on. */
function keptText(texts: ReadonlyMap<string, string>, sha256: string): string {
  const text = texts.get(sha256);
  if (text !== undefined) return text;
  throw ApplicationFailure.nonRetryable('an earlier text of the session is gone', failureTypes.recordGone);
}

/** Input given as an object is shown as one; a text is shown under one name. */
function inputRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Not JSON: it was given as a text.
  }
  return { text };
}
