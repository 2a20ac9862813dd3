import fc from 'fast-check';
import { sha256Hex } from '../../../src/crypto/digest.js';
import {
  assembleContext,
  ContextTooLongError,
  type ContextInput,
} from '../../../src/models/prompt/assemble.js';
import { fence, readFences } from '../../../src/models/prompt/fence.js';
import { languageOf } from '../../../src/domain/language.js';
import { readContext } from '../../../src/models/prompt/read.js';
import { shorten, trimToFit } from '../../../src/models/prompt/trim.js';
import { countTokens } from '../../../src/models/ledger/token-counter.js';

const ports = { countTokens, digest: sha256Hex };
const tokensOf = ({ system, user }: { system: string; user: string }): number =>
  countTokens(system) + countTokens(user);
/** Cheap and exact, for properties: a word is a token. */
const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

const given: ContextInput = {
  topic: '京都の喫茶店',
  input: { budget: 100 },
  rules: 'House rules.',
  instructions: 'Collect trends.',
  phase: { number: 3, of: 5, key: 'concept', title: 'Concept' },
  step: 'INTEGRATE',
  earlierPhases: [
    { number: 1, title: 'Trends', text: 'oldest '.repeat(600), edited: false },
    { number: 2, title: 'Chances', text: 'newer '.repeat(600), edited: true },
  ],
  earlierSteps: [{ step: 'THINK', text: 'the plan' }],
  notes: [{ phase: 2, kind: 'note', by: 'Aki', text: 'Mind the rain' }],
};

test('a step is given the topic, its instructions, what was approved, and what reviewers said', () => {
  const { system, user, language, trimmed } = assembleContext(given, 20_000, ports);
  expect(system).toMatch(/^House rules\.\n\nAnswer in Japanese/);
  expect(readContext(user)).toMatchObject({
    topic: '京都の喫茶店',
    phase: { number: 3, key: 'concept', title: 'Concept' },
    step: 'INTEGRATE',
    phaseOutputs: [{ title: 'Trends' }, { title: 'Chances' }],
    stepOutputs: [{ step: 'THINK', text: 'the plan' }],
    notes: [{ by: 'Aki', text: 'Mind the rain' }],
  });
  expect(user).toContain('Task:\nCollect trends.');
  expect({ language, trimmed }).toEqual({ language: 'ja', trimmed: [] });
});

test('equal input gives an equal prompt, and any other input another one', () => {
  const one = assembleContext(given, 20_000, ports);
  expect(assembleContext(structuredClone(given), 20_000, ports)).toEqual(one);
  expect(assembleContext({ ...given, topic: '大阪の喫茶店' }, 20_000, ports).user).not.toBe(one.user);
});

test('when it gets long the oldest phase gives way first, and notes and plan stay', () => {
  const { system, user, trimmed } = assembleContext(given, 1_400, ports);
  expect(tokensOf({ system, user })).toBeLessThanOrEqual(1_400);
  expect(trimmed.map((one) => one.label)).toEqual(['phase 1: Trends']);
  expect(user).toContain('tokens left out …]');
  expect(user).toContain('Mind the rain');
  expect(user).toContain('the plan');
});

test('what is left out whole is named', () => {
  const { system, user, trimmed } = assembleContext(given, 520, ports);
  expect(tokensOf({ system, user })).toBeLessThanOrEqual(520);
  expect(trimmed.some((one) => one.toTokens === 0)).toBe(true);
  expect(user).toContain('Left out for length: phase 1: Trends');
});

test('a prompt of fewer bytes than the limit has tokens is not counted, and is the one that counting gives', () => {
  const uncounted = (): number => {
    throw new Error('counted');
  };
  const whole = assembleContext(given, 20_000, { ...ports, countTokens: uncounted });
  expect(whole).toEqual(assembleContext(given, 5_000, ports));
  expect(() => assembleContext(given, 5_000, { ...ports, countTokens: uncounted })).toThrow('counted');
});

test('no text has more tokens than bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(countTokens(text)).toBeLessThanOrEqual(Buffer.byteLength(text));
    }),
  );
});

test('instructions that fit nowhere are an error, not a silent cut', () => {
  expect(() => assembleContext({ ...given, instructions: 'word '.repeat(3_000) }, 1_000, ports)).toThrow(
    ContextTooLongError,
  );
});

test('a topic of a hundred thousand words is shortened and takes no minutes', () => {
  const prompt = assembleContext({ ...given, topic: 'あ'.repeat(100_000), earlierPhases: [] }, 4_000, ports);
  expect(tokensOf(prompt)).toBeLessThanOrEqual(4_000);
});

test('trimming fits the limit, touches nothing that fits, and goes by weight', () => {
  const text = fc
    .array(fc.constantFrom('a', 'bb', 'ccc'), { maxLength: 400 })
    .map((words) => words.join(' '));
  const piece = fc.record({ label: fc.string(), text, weight: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.integer({ min: 0, max: 900 }), (pieces, limit) => {
      const { texts, trimmed } = trimToFit(pieces, limit, countWords);
      const total = texts.map(countWords).reduce((sum, count) => sum + count, 0);
      expect(total).toBeLessThanOrEqual(Math.max(limit, 0));
      const all = pieces.map((one) => countWords(one.text)).reduce((sum, count) => sum + count, 0);
      if (all <= limit)
        expect({ texts, trimmed }).toEqual({ texts: pieces.map((one) => one.text), trimmed: [] });
    }),
    { numRuns: 200 },
  );
});

test('a shortened text keeps its beginning and its end and splits no character', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 300 }), (limit) => {
      const short = shorten(`start ${'🙂 '.repeat(500)}end`, limit, countWords);
      expect(short.startsWith('start')).toBe(true);
      expect(short.endsWith('end')).toBe(true);
      expect(/[\ud800-\udbff](?![\udc00-\udfff])/.test(short)).toBe(false);
      expect(countWords(short)).toBeLessThanOrEqual(limit);
    }),
  );
});

test('whatever stands in a fence, reading it gives one block of its kind', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .array(
        fc.constantFrom(
          '</data-',
          '<data-',
          'aaaaaaaaaaaaaaaa',
          '>',
          '\n',
          ' kind="x"',
          '</',
          '<|',
          '"',
          '&quot;',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(nasty, nasty, (text, attribute) => {
      const boundary = sha256Hex(text).slice(0, 16);
      const blocks = readFences(fence({ kind: 'topic', attributes: { by: attribute }, text }, boundary));
      expect(blocks).toHaveLength(1);
      expect(blocks[0]!.kind).toBe('topic');
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['京都の喫茶店', 'ja'],
  ['カフェ', 'ja'],
  ['新規事業', 'ja'],
  ['Coffee in 京都', 'en'],
  ['Tea', 'en'],
  ['', 'en'],
])('the language of %j is %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});
