import type { ModelReply } from './reply.js';

const usageOf = (reply: ModelReply): NonNullable<ModelReply['usage']> | null =>
  reply.usage === undefined ? { input: 11, output: 7 } : reply.usage;

/** The text in the pieces that a provider would stream: words with the space before them. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*[^\s]{1,12}|\s+$/gu) ?? [];
}

const finishOf = (reply: ModelReply): NonNullable<ModelReply['finish']> =>
  reply.finish ?? (reply.toolCalls === undefined ? 'stop' : 'tool_calls');

export function openAiFrames(reply: ModelReply, body: Record<string, unknown>): string[] {
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: reply.model ?? (body['model'] as string),
  };
  const chunk = (delta: unknown, finish: string | null = null): string =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const finish = { stop: 'stop', length: 'length', refused: 'content_filter', tool_calls: 'tool_calls' };
  const usage = usageOf(reply);
  return [
    chunk({ role: 'assistant', content: '' }),
    ...piecesOf(reply.reasoning ?? '').map((piece) => chunk({ reasoning_content: piece })),
    ...piecesOf(reply.refusal ?? '').map((piece) => chunk({ refusal: piece })),
    ...piecesOf(reply.text ?? '').map((piece) => chunk({ content: piece })),
    ...(reply.toolCalls ?? []).flatMap((call, index) => [
      chunk({
        tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }],
      }),
      ...piecesOf(JSON.stringify(call.input)).map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chunk({}, finish[finishOf(reply)]),
    ...(usage === null
      ? []
      : [`data: ${JSON.stringify({ ...head, choices: [], usage: openAiUsage(usage) })}\n\n`]),
    'data: [DONE]\n\n',
  ];
}

function openAiUsage(usage: NonNullable<ModelReply['usage']>): unknown {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
  };
}

export function anthropicFrames(reply: ModelReply, body: Record<string, unknown>): string[] {
  const event = (type: string, data: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
  const usage = usageOf(reply) ?? { input: 0, output: 0 };
  const stops = { stop: 'end_turn', length: 'max_tokens', refused: 'refusal', tool_calls: 'tool_use' };
  const blocks = [
    ...(reply.text === undefined
      ? []
      : [{ start: { type: 'text', text: '' }, deltas: textDeltas(reply.text) }]),
    ...(reply.toolCalls ?? []).map((call) => ({
      start: { type: 'tool_use', id: call.id, name: call.name, input: {} },
      deltas: piecesOf(JSON.stringify(call.input)).map((piece) => ({
        type: 'input_json_delta',
        partial_json: piece,
      })),
    })),
  ];
  return [
    event('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: reply.model ?? body['model'],
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: usage.input - (usage.cached ?? 0),
          cache_read_input_tokens: usage.cached ?? 0,
          output_tokens: 1,
        },
      },
    }),
    ...blocks.flatMap((block, index) => [
      event('content_block_start', { index, content_block: block.start }),
      ...block.deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]),
    event('message_delta', {
      delta: {
        stop_reason: reply.refusal === undefined ? stops[finishOf(reply)] : 'refusal',
        stop_sequence: null,
      },
      usage: { output_tokens: usage.output },
    }),
    event('message_stop', {}),
  ];
}

function textDeltas(text: string): object[] {
  return piecesOf(text).map((piece) => ({ type: 'text_delta', text: piece }));
}
