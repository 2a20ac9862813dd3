import { compileJsonSchema } from '../../src/contracts/templates/json-schema.js';
import type { JsonSchema } from '../../src/models/call.js';
import { sha256Hex } from '../../src/crypto/digest.js';
import { assembleContext, type ContextInput, type EarlierOutput } from '../../src/models/prompt/assemble.js';
import type { StepName } from '../../src/domain/sessions/state.js';
import { countTokens } from '../../src/models/ledger/token-counter.js';
import { ask, failureOf, offlineModel } from './fixture.js';

const model = offlineModel();
const english = 'Home composting in small city apartments without smell';
const japanese = '京都の小さな喫茶店をSNSで広める方法';

const phases = [
  ['trend-collection', 'Trend collection', 'トレンド収集'],
  ['opportunity-evaluation', 'Opportunity evaluation', '機会の評価'],
  ['concept-creation', 'Concept creation', 'コンセプト作成'],
  ['content-production', 'Content production', 'コンテンツ制作'],
  ['execution-strategy', 'Execution strategy', '実行戦略'],
] as const;
const steps: readonly StepName[] = ['THINK', 'EXECUTE', 'INTEGRATE'];

async function stepText(topic: string, given: Partial<ContextInput>): Promise<string> {
  const context = assembleContext(
    {
      topic,
      instructions: 'Do the step.',
      phase: { number: 1, of: 5, key: 'trend-collection', title: 'Trend collection' },
      step: 'INTEGRATE',
      earlierPhases: [],
      earlierSteps: [],
      notes: [],
      ...given,
    },
    24_000,
    { countTokens, digest: sha256Hex },
  );
  const result = await model.request({
    system: context.system,
    messages: [{ role: 'user', content: context.user }],
  });
  return result.text;
}

/** A whole session, as the workflow would run it: each phase sees the results of the ones before. */
async function session(topic: string, title: 1 | 2): Promise<string[]> {
  const texts: string[] = [];
  const earlierPhases: EarlierOutput[] = [];
  for (const [index, phase] of phases.entries()) {
    const earlierSteps: { step: StepName; text: string }[] = [];
    for (const step of steps) {
      const number = index + 1;
      const text = await stepText(topic, {
        phase: { number, of: 5, key: phase[0], title: phase[title] },
        step,
        earlierPhases,
        earlierSteps,
      });
      earlierSteps.push({ step, text });
      texts.push(text);
    }
    earlierPhases.push({ number: index + 1, title: phase[title], text: texts.at(-1)!, edited: false });
  }
  return texts;
}

test('every step of a session is its own text, says that it is offline, and is about the topic', async () => {
  const texts = await session(english, 1);
  expect(new Set(texts).size).toBe(15);
  for (const text of texts) {
    expect(text).toMatch(/^# .*Home composting/);
    expect(text.toLowerCase()).toContain('offline model');
    expect(text.split('\n## ').length).toBeGreaterThan(4);
  }
  const results = texts.filter((_, index) => index % 3 === 2);
  for (const text of results) expect(text).toMatch(/\| Candidate \|.*Score/);
});

test('a Japanese topic is worked on in Japanese', async () => {
  const texts = await session(japanese, 2);
  for (const text of texts) {
    expect(text).toContain('オフラインモデル');
    expect(text).toContain('京都');
    const prose = text.replace('offline model', '').replace(/SNS|THINK|EXECUTE|INTEGRATE/g, '');
    expect(prose.match(/[A-Za-z]{3,}/g) ?? []).toEqual([]);
  }
});

test('a later phase goes on with the names of the phase before it, and with what a person made of them', async () => {
  const evaluation = { number: 2, of: 5, key: 'opportunity-evaluation', title: 'Opportunity evaluation' };
  const edited =
    '| Idea | Score |\n|---|---|\n| Worm bins on balconies | 9.5 |\n| Bokashi in the kitchen | 8 |';
  const text = await stepText(english, {
    phase: evaluation,
    step: 'EXECUTE',
    earlierPhases: [{ number: 1, title: 'Trend collection', text: edited, edited: true }],
  });
  expect(text).toContain('| Worm bins on balconies |');
  expect(text).toContain('stood at 9.5 before');
  expect(text).toContain('Bokashi in the kitchen');
});

test('the same input gives the same text, and a note of a reviewer another one that takes it up', async () => {
  const [one, same] = [await stepText(english, {}), await stepText(english, {})];
  expect(one).toBe(same);
  const noted = await stepText(english, {
    notes: [{ phase: 1, kind: 'redo', by: 'Aki', text: 'Think of students' }],
  });
  expect(noted).toContain('Think of students');
  expect(noted).not.toBe(one);
});

test('any prompt gets an answer, also one that no template wrote', async () => {
  for (const content of [
    'Compare tea and coffee',
    '猫',
    '?',
    'x'.repeat(30_000),
    '# H\n\n| a | b |',
    '<script>alert(1)</script>',
  ]) {
    const { text } = await model.request(ask({ messages: [{ role: 'user', content }] }));
    expect(text.toLowerCase()).toContain('offline model');
    expect(text).not.toContain('<script>');
  }
});

const schemas: Record<string, JsonSchema> = {
  'a research brief': {
    type: 'object',
    properties: {
      title: { type: 'string', minLength: 5, maxLength: 80 },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
      verdict: { enum: ['go', 'wait', 'stop'] },
      published: { type: 'string', format: 'date' },
      link: { type: 'string', format: 'uri' },
      findings: {
        type: 'array',
        minItems: 2,
        maxItems: 4,
        items: {
          type: 'object',
          properties: {
            claim: { type: 'string' },
            score: { type: 'integer', minimum: 1, maximum: 5 },
            open: { type: 'boolean' },
          },
          required: ['claim', 'score', 'open'],
          additionalProperties: false,
        },
      },
    },
    required: ['title', 'confidence', 'verdict', 'published', 'link', 'findings'],
    additionalProperties: false,
  },
  'references and choices': {
    type: 'object',
    properties: {
      root: { $ref: '#/$defs/node' },
      either: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      maybe: { type: ['string', 'null'] },
      fixed: { const: 42 },
      tags: { type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true, minItems: 2 },
    },
    required: ['root', 'either', 'maybe', 'fixed', 'tags'],
    $defs: {
      node: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          children: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['name', 'children'],
      },
    },
  },
  'a list': { type: 'array', items: { type: 'string', minLength: 20 }, minItems: 5, maxItems: 5 },
  'tight numbers': {
    type: 'object',
    properties: {
      a: { type: 'integer', exclusiveMinimum: 3, exclusiveMaximum: 5 },
      b: { type: 'number', multipleOf: 0.5, minimum: 2, maximum: 2.5 },
      c: { type: 'integer', multipleOf: 10, minimum: 15, maximum: 25 },
    },
    required: ['a', 'b', 'c'],
  },
};

test.each(
  Object.entries(schemas).flatMap(([name, schema]) =>
    [english, japanese].map((topic) => ({ name, schema, topic })),
  ),
)('the answer fits the schema of $name for "$topic"', async ({ schema, topic }) => {
  const result = await model.request(
    ask({ messages: [{ role: 'user', content: topic }], output: { name: 'x', schema, repairs: 0 } }),
  );
  expect(compileJsonSchema(schema)(result.value)).toMatchObject({ ok: true });
});

test('a value says that it is offline in its first free text', async () => {
  const result = await model.request(
    ask({
      messages: [{ role: 'user', content: english }],
      output: { name: 'x', schema: schemas['a research brief']! },
    }),
  );
  expect(JSON.stringify(result.value)).toContain('[offline model]');
});

test('the text is streamed in pieces and metered like any other, at no cost', async () => {
  const pieces: string[] = [];
  const result = await offlineModel(80).request(
    ask({ onDelta: (delta) => delta.type === 'text' && pieces.push(delta.text) }),
  );
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe(result.text);
  expect(result.totals).toMatchObject({ costUsd: 0, usage: { estimated: false } });
  expect(result.totals.usage.outputTokens).toBe(countTokens(result.text));
});

test('canceling stops it in the middle', async () => {
  const cancel = new AbortController();
  const answer = offlineModel(60_000).request(ask({ signal: cancel.signal, onDelta: () => cancel.abort() }));
  cancel.abort();
  expect((await failureOf(answer)).kind).toBe('canceled');
});

test('what was asked for by the name of another model is answered, and noted, as the offline model', async () => {
  const result = await model.request(ask({ model: 'gpt-4.1-mini' }));
  expect(result).toMatchObject({
    modelUsed: 'offline-composer',
    calls: [{ modelAsked: 'gpt-4.1-mini', modelUsed: 'offline-composer', provider: 'offline' }],
  });
});
