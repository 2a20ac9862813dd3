import type {
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
} from '@ai-sdk/provider';
import type { ModelRequest, ToolOutcome } from './call.js';
import type { SchemaProblem } from '../contracts/templates/json-schema.js';
import type { ProviderToolCall } from './providers/call.js';

/** The prompt as it grows over tool rounds and repairs. A fallback begins with a new one. */
export class Conversation {
  readonly #messages: LanguageModelV3Message[] = [];

  constructor(request: ModelRequest) {
    const system = systemOf(request);
    if (system !== '') this.#messages.push({ role: 'system', content: system });
    for (const { role, content } of request.messages) {
      this.#messages.push({ role, content: [{ type: 'text', text: content }] });
    }
  }

  get prompt(): LanguageModelV3Prompt {
    return [...this.#messages];
  }

  /** Everything in it, for counting and for the digest. */
  get text(): string {
    return JSON.stringify(this.#messages);
  }

  addToolRound(text: string, calls: readonly ProviderToolCall[], outcomes: readonly ToolOutcome[]): void {
    this.#messages.push({
      role: 'assistant',
      content: [
        ...(text === '' ? [] : [{ type: 'text' as const, text }]),
        ...calls.map((call) => ({
          type: 'tool-call' as const,
          toolCallId: call.id,
          toolName: call.name,
          input: parsedInput(call.inputJson),
        })),
      ],
    });
    this.#messages.push({
      role: 'tool',
      content: calls.map((call, index) => ({
        type: 'tool-result' as const,
        toolCallId: call.id,
        toolName: call.name,
        output: { type: 'text' as const, value: outcomes[index]?.text ?? '' },
      })),
    });
  }

  addRepair(text: string, problems: readonly SchemaProblem[]): void {
    const lines = problems.map((problem) => `- ${problem.path}: ${problem.message}`);
    this.#messages.push({
      role: 'assistant',
      content: [{ type: 'text', text: text === '' ? '(nothing)' : text }],
    });
    this.#messages.push({
      role: 'user',
      content: [
        {
          type: 'text',
          text: [
            'That answer does not fit the JSON schema:',
            ...lines,
            'Answer again with the whole corrected JSON value and nothing else.',
          ].join('\n'),
        },
      ],
    });
  }
}

/** The schema stands in the prompt too: many servers take the parameter for it and ignore it. */
function systemOf(request: ModelRequest): string {
  if (request.output === undefined) return request.system ?? '';
  const rule = [
    'Answer with one JSON value that fits this JSON schema, and nothing before or after it:',
    JSON.stringify(request.output.schema),
  ].join('\n');
  return request.system === undefined ? rule : `${request.system}\n\n${rule}`;
}

export function functionToolsOf(request: ModelRequest): LanguageModelV3FunctionTool[] {
  return (request.tools ?? []).map((tool) => ({
    type: 'function',
    name: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
  }));
}

/** A model's arguments; text that is no JSON passes as it is, and the tool's schema refuses it. */
export function parsedInput(json: string): unknown {
  try {
    return json.trim() === '' ? {} : JSON.parse(json);
  } catch {
    return json;
  }
}
