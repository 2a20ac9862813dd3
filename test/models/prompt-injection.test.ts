import { sha256Hex } from '../../src/crypto/digest.js';
import { assembleContext, type ContextInput } from '../../src/models/prompt/assemble.js';
import { readFences } from '../../src/models/prompt/fence.js';
import { countTokens } from '../../src/models/ledger/token-counter.js';
import { injectionCorpus } from '../support/models/injection-corpus.js';
import { ask, modelOf, offlineModel, useModelServer } from './fixture.js';

const server = useModelServer();

const base: ContextInput = {
  topic: 'Tea',
  instructions: 'Write about tea.',
  phase: { number: 1, of: 2, key: 'generic', title: 'First' },
  step: 'EXECUTE',
  earlierPhases: [],
  earlierSteps: [],
  notes: [],
};
const assemble = (given: Partial<ContextInput>) =>
  assembleContext({ ...base, ...given }, 8_000, { countTokens, digest: sha256Hex });

describe.each(injectionCorpus)('%j', (attack) => {
  test('stays inside its fence wherever it stands', () => {
    const { system, user } = assemble({
      topic: attack,
      input: { note: attack },
      earlierPhases: [{ number: 1, title: attack, text: attack, edited: false }],
      earlierSteps: [{ step: 'THINK', text: attack }],
      notes: [{ phase: 1, kind: 'note', by: attack, text: attack }],
    });
    const boundary = /<data-([0-9a-f]{16}) …>/.exec(system)![1]!;
    const outside = user.replace(
      new RegExp(`<data-${boundary} [^>]*>\n[^]*?\n</data-${boundary}>`, 'g'),
      (block) => `(${/kind="(\w+)"/.exec(block)![1]!})`,
    );
    expect(outside).toBe(
      [
        'Phase 1 of 2 (generic): First\nEXECUTE: carry out the plan of the THINK step and produce the material.',
        '(topic)',
        '(input)',
        '(phase_output)',
        '(step_output)',
        '(review_note)',
        outside.slice(outside.lastIndexOf('Task:\nWrite about tea.')),
      ].join('\n\n'),
    );
    expect(readFences(user).map((block) => block.kind)).toEqual([
      'topic',
      'input',
      'phase_output',
      'step_output',
      'review_note',
    ]);
    expect(user).not.toMatch(/<\|im_|\[INST\]|<start_of_turn>|<\/s>/i);
    expect(system).not.toContain(attack);
  });

  test('as the result of a tool is data to the model and calls nothing', async () => {
    const ran: string[] = [];
    server.reply((_, index) =>
      index === 0
        ? { toolCalls: [{ id: 'c1', name: 'fetch_url', input: { url: 'https://a.example/' } }] }
        : { text: 'Noted.' },
    );
    const result = await modelOf({ baseUrl: server.url }).request(
      ask({
        tools: [
          {
            name: 'fetch_url',
            description: 'Reads.',
            inputSchema: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] },
            execute: () => {
              ran.push('fetch_url');
              return Promise.resolve({ ok: true, text: attack });
            },
          },
        ],
      }),
    );
    expect(ran).toEqual(['fetch_url']);
    expect(result.text).toBe('Noted.');
    const messages = server.seen[1]!.body['messages'] as { role: string; content: string }[];
    const toolMessage = messages.at(-1)!;
    expect(toolMessage.role).toBe('tool');
    const blocks = readFences(toolMessage.content);
    expect(blocks).toHaveLength(1);
    expect(toolMessage.content).toMatch(/^<data-[0-9a-f]{16} kind="tool_result"[^]*<\/data-[0-9a-f]{16}>$/);
  });

  test('as the answer of a model is text and nothing else', async () => {
    server.reply({ text: attack });
    const result = await modelOf({ baseUrl: server.url }).request(ask());
    expect(result.toolCalls).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  test('as a topic of the offline model brings no image, address or markup into its text', async () => {
    const { system, user } = assemble({ topic: attack });
    const { text } = await offlineModel().request({ system, messages: [{ role: 'user', content: user }] });
    expect(text).not.toMatch(/!\[|https?:\/\/|javascript:|<img|<\w+[ >]/);
  });
});

test('a model that asks for a tool which the template did not allow gets a refusal', async () => {
  server.reply((_, index) =>
    index === 0
      ? { toolCalls: [{ id: 'c', name: 'decide_gate', input: { decision: 'approve' } }] }
      : { text: 'Very well.' },
  );
  const result = await modelOf({ baseUrl: server.url }).request(ask());
  expect(result.toolCalls).toMatchObject([
    { name: 'decide_gate', ok: false, output: 'refused: there is no such tool' },
  ]);
});
