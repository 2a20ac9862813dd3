import type { JsonSchema } from '../../src/models/call.js';
import { JsonSchemaError } from '../../src/contracts/templates/json-schema.js';
import { ask, failureOf, modelOf, useModelServer, wires } from './fixture.js';

const server = useModelServer();

const schema: JsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 3 },
    score: { type: 'integer', minimum: 0, maximum: 10 },
  },
  required: ['title', 'score'],
  additionalProperties: false,
};
const output = { name: 'finding', schema };
const good = '{"title":"Tea","score":7}';

describe.each(wires)('over %s', (provider) => {
  test.each([
    ['bare', good],
    ['in a fence', `Here you are:\n\`\`\`json\n${good}\n\`\`\`\nAnything else?`],
    ['with words around it', `Sure! ${good} Hope that helps.`],
  ])('a value %s is read and checked', async (_, text) => {
    server.reply({ text });
    const result = await modelOf({ provider, baseUrl: server.url }).request(ask({ output }));
    expect(result.value).toEqual({ title: 'Tea', score: 7 });
    expect(JSON.stringify(server.seen[0]!.body)).toContain('minLength');
  });

  test('a mismatch goes back with what is wrong, and each try is paid for', async () => {
    server.reply((_, index) => ({
      text: index === 0 ? '{"title":"T","score":70}' : good,
      usage: { input: 10, output: 5 },
    }));
    const said: string[] = [];
    const result = await modelOf({ provider, baseUrl: server.url }).request(
      ask({
        output,
        onDelta: (delta) => said.push(delta.type === 'text' ? delta.text : `<${delta.reason}>`),
      }),
    );
    expect(result.value).toEqual({ title: 'Tea', score: 7 });
    expect(said.join('')).toBe(`{"title":"T","score":70}<repair>${good}`);
    expect(result.calls.map((call) => call.purpose)).toEqual(['answer', 'repair']);
    expect(result.totals).toMatchObject({ calls: 2, usage: { inputTokens: 20, outputTokens: 10 } });
    const messages = JSON.stringify(server.seen[1]!.body['messages']);
    expect(messages).toContain('score: Too big');
    expect(messages).toContain('title: Too small');
  });

  test('a model that never gets it right fails plainly after two repairs, all of them recorded', async () => {
    server.reply({ text: 'I would rather not use JSON.' });
    const failure = await failureOf(modelOf({ provider, baseUrl: server.url }).request(ask({ output })));
    expect(failure).toMatchObject({ kind: 'schema_mismatch', retryable: false });
    expect(failure.message).toContain('the answer is not one JSON value');
    expect(failure.calls).toHaveLength(3);
  });
});

test('a template may allow fewer repairs, and never more than two', async () => {
  server.reply({ text: 'no' });
  const model = modelOf({ baseUrl: server.url });
  expect((await failureOf(model.request(ask({ output: { ...output, repairs: 0 } })))).calls).toHaveLength(1);
  expect((await failureOf(model.request(ask({ output: { ...output, repairs: 9 } })))).calls).toHaveLength(3);
});

test('JSON nested a hundred thousand deep is a mismatch, not a crash', async () => {
  server.reply({ text: '['.repeat(100_000) + ']'.repeat(100_000) });
  const failure = await failureOf(modelOf({ baseUrl: server.url }).request(ask({ output })));
  expect(failure).toMatchObject({ kind: 'schema_mismatch' });
  expect(failure.message).toContain('nested deeper');
});

test('a value cut off by the length limit is a length stop, not a mismatch', async () => {
  server.reply({ text: '{"title":"Te', finish: 'length' });
  const failure = await failureOf(modelOf({ baseUrl: server.url }).request(ask({ output })));
  expect(failure).toMatchObject({ kind: 'length', partialText: '{"title":"Te' });
});

test('a schema that no validator can be made from is refused before any model is asked', async () => {
  const answer = modelOf({ baseUrl: server.url }).request(
    ask({ output: { name: 'x', schema: { type: 'object', if: {}, then: {} } } }),
  );
  await expect(answer).rejects.toThrow(JsonSchemaError);
  expect(server.seen).toHaveLength(0);
});

test('a server without the parameter for schemas gets the schema in the prompt only', async () => {
  server.reply({ text: good });
  await modelOf({ baseUrl: server.url, structuredOutput: 'prompt' }).request(ask({ output }));
  await modelOf({ baseUrl: server.url }).request(ask({ output }));
  expect(server.seen[0]!.body).not.toHaveProperty('response_format');
  expect(JSON.stringify(server.seen[0]!.body['messages'])).toContain('minLength');
  expect(server.seen[1]!.body).toMatchObject({ response_format: { type: 'json_schema' } });
});
