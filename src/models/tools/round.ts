import type { ModelRequest, ModelTool, ToolCallRecord, ToolOutcome } from '../call.js';
import { compileJsonSchema } from '../../contracts/templates/json-schema.js';
import { fence } from '../prompt/fence.js';
import { sha256Hex } from '../../crypto/digest.js';
import { parsedInput } from '../conversation.js';
import type { ProviderToolCall } from '../providers/call.js';

/** More than this in one round is a model that has lost its way. */
const MAX_CALLS_PER_ROUND = 8;

/**
 * Runs what the model asked for, one after the other, and records each. A tool that is not allowed, or input that does
 * not fit, is answered with a refusal in words. The model may do better.
 */
export async function runToolRound(
  calls: readonly ProviderToolCall[],
  request: ModelRequest,
  record: (call: ToolCallRecord) => void,
): Promise<ToolOutcome[]> {
  const outcomes: ToolOutcome[] = [];
  for (const [index, call] of calls.entries()) {
    const startedAt = performance.now();
    const input = parsedInput(call.inputJson);
    const outcome =
      index < MAX_CALLS_PER_ROUND
        ? await runTool(
            request.tools?.find((tool) => tool.name === call.name),
            input,
            request.signal,
          )
        : refused(`more than ${MAX_CALLS_PER_ROUND} calls at once are not made`);
    const durationMs = Math.round(performance.now() - startedAt);
    record({ name: call.name, input, ok: outcome.ok, output: outcome.text, durationMs });
    // Text from outside is data for the model, never an instruction.
    outcomes.push(outcome.ok ? { ok: true, text: fenced(call.name, outcome.text) } : outcome);
  }
  return outcomes;
}

async function runTool(
  tool: ModelTool | undefined,
  input: unknown,
  signal: AbortSignal | undefined,
): Promise<ToolOutcome> {
  if (tool === undefined) return refused('there is no such tool');
  const verdict = compileJsonSchema(tool.inputSchema)(input);
  if (!verdict.ok) {
    return refused(
      `the input is wrong: ${verdict.problems.map((one) => `${one.path}: ${one.message}`).join('; ')}`,
    );
  }
  return tool.execute(verdict.value, signal === undefined ? {} : { signal });
}

function fenced(tool: string, text: string): string {
  return fence({ kind: 'tool_result', attributes: { tool }, text }, sha256Hex(text).slice(0, 16));
}

function refused(why: string): ToolOutcome {
  return { ok: false, text: `refused: ${why}` };
}
