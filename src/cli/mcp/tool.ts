import { z } from 'zod';
import type { SluiceClient } from '../../client/client.js';

/** The surroundings of a tool. `signal` ends its requests when the assistant gives the call up. */
export interface ToolCall {
  readonly client: SluiceClient;
  readonly url: string;
  readonly signal: AbortSignal;
}

interface ToolSpec<Input extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  /** Left out: it only reads. */
  readonly changes?: true;
  run(input: z.output<Input>, call: ToolCall): Promise<unknown>;
}

export interface Tool {
  readonly name: string;
  /** As `tools/list` shows it. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** Checks what it is given first: a `ToolError` says what is wrong with it. */
  run(input: unknown, call: ToolCall): Promise<unknown>;
}

/** Advises the assistant of another way: it is a result, not a failure of the protocol. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

export function tool<Input extends z.ZodType>(spec: ToolSpec<Input>): Tool {
  const { name, title, description, input, changes = false } = spec;
  const annotations = { readOnlyHint: !changes, destructiveHint: false, openWorldHint: false };
  const inputSchema = z.toJSONSchema(input, { io: 'input' });
  return {
    name,
    shown: { name, title, description, inputSchema, annotations },
    run: (given, call) => spec.run(checked(input, given), call),
  };
}

function checked<Input extends z.ZodType>(input: Input, given: unknown): z.output<Input> {
  const parsed = input.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`,
  );
  throw new ToolError(lines.join('\n'));
}

const LONGEST_TEXT = 20_000;

/** A text as long as an assistant can use; the rest is counted. */
export function clipped(text: string): string {
  const left = text.length - LONGEST_TEXT;
  return left <= 0 ? text : `${text.slice(0, LONGEST_TEXT)}\n… (${left} characters more)`;
}

export const idempotencyKey = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('Say the same key when you repeat a call whose answer was lost: it takes effect once.');

/** As the client takes it: a key that is absent is made there. */
export function keyed(key: string | undefined): { readonly idempotencyKey?: string } {
  return key === undefined ? {} : { idempotencyKey: key };
}
