import { compileJsonSchema } from '../../src/contracts/templates/json-schema.js';
import { loadConfig } from '../../src/platform/config.js';
import { loadModel } from '../../src/models/load-model.js';
import { failureOf, offlineModel } from './fixture.js';

/**
 * The contract of every provider. The tests run against the offline model, and against the provider in the
 * environment if there is one. Its variables are LLM_PROVIDER, LLM_BASE_URL, LLM_API_KEY and LLM_MODEL.
 */
const configured = await loadModel(loadConfig());
const live = configured.offline ? [] : [[configured.provider, configured] as const];

describe.each([['offline', offlineModel()] as const, ...live])('%s', (_, model) => {
  test('streams a text whose pieces add up to it, with usage', async () => {
    const pieces: string[] = [];
    const result = await model.request({
      system: 'Answer in one short sentence.',
      messages: [{ role: 'user', content: 'Name one thing that tea and coffee have in common.' }],
      onDelta: (delta) => delta.type === 'text' && pieces.push(delta.text),
    });
    expect(result.text).not.toBe('');
    expect(pieces.join('')).toBe(result.text);
    expect(result.totals.usage.inputTokens).toBeGreaterThan(0);
    expect(result.totals.usage.outputTokens).toBeGreaterThan(0);
  });

  test('gives a value of the schema', async () => {
    const schema = {
      type: 'object',
      properties: { drink: { type: 'string' }, cups: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['drink', 'cups'],
      additionalProperties: false,
    };
    const result = await model.request({
      messages: [{ role: 'user', content: 'Suggest a drink and a number of cups.' }],
      output: { name: 'suggestion', schema },
    });
    expect(compileJsonSchema(schema)(result.value)).toMatchObject({ ok: true });
  });

  test('stops when it is canceled', async () => {
    const cancel = new AbortController();
    const answer = model.request({
      messages: [{ role: 'user', content: 'Write five hundred words about tea.' }],
      signal: cancel.signal,
      beforeCall: () => cancel.abort(),
    });
    expect((await failureOf(answer)).kind).toBe('canceled');
  });
});
