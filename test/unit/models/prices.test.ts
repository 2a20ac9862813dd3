import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPrices, costOf, priceOf, withPrices } from '../../../src/models/ledger/price-table.js';
import { ConfigError } from '../../../src/platform/config.js';
import { loadPrices } from '../../../src/models/ledger/price-file.js';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'prices-'))));
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(content: string): Promise<string> {
  const path = join(folder, `${Math.random()}.json`);
  await writeFile(path, content);
  return path;
}

test('the price of a dated model is the one of the longest pattern that it begins with', () => {
  const table = {
    asOf: '2025-01-01',
    prices: {
      p: { 'a*': { input: 1, output: 1 }, 'a-b*': { input: 2, output: 2 }, 'a-b': { input: 3, output: 3 } },
    },
  };
  expect(priceOf(table, 'p', 'a-b')?.input).toBe(3);
  expect(priceOf(table, 'p', 'a-b-2025')?.input).toBe(2);
  expect(priceOf(table, 'p', 'a-c')?.input).toBe(1);
  expect(priceOf(table, 'p', 'z')).toBeNull();
  expect(priceOf(table, 'q', 'a')).toBeNull();
});

test('names that every object has are no prices', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    expect(priceOf(builtInPrices, 'openai', name)).toBeNull();
    expect(priceOf(builtInPrices, name, 'gpt-4o')).toBeNull();
  }
});

test('cached input has its own price, and an unknown price is null', () => {
  const price = { input: 2, cachedInput: 0.5, output: 8 };
  expect(costOf(price, { inputTokens: 1_000, outputTokens: 100, cachedInputTokens: 400 })).toBe(0.0022);
  expect(costOf(price, { inputTokens: 1_000, outputTokens: 100, cachedInputTokens: null })).toBe(0.0028);
  expect(
    costOf({ input: 2, output: 8 }, { inputTokens: 1_000, outputTokens: 0, cachedInputTokens: 400 }),
  ).toBe(0.002);
  expect(costOf(null, { inputTokens: 1, outputTokens: 1, cachedInputTokens: null })).toBeNull();
});

test('the file of the user wins row by row and brings its date', async () => {
  const path = await fileWith(
    JSON.stringify({
      asOf: '2030-01-01',
      prices: {
        openai: { 'gpt-4o': { input: 9, output: 9 } },
        'openai-compatible': { llama: { input: 0, output: 0 } },
      },
    }),
  );
  const table = await loadPrices(path);
  expect(table.asOf).toBe('2030-01-01');
  expect(priceOf(table, 'openai', 'gpt-4o')?.input).toBe(9);
  expect(priceOf(table, 'openai', 'gpt-4.1')?.input).toBe(2);
  expect(priceOf(table, 'openai-compatible', 'llama')).toEqual({ input: 0, output: 0 });
  expect(withPrices(builtInPrices, { asOf: '2000-01-01', prices: {} }).asOf).toBe(builtInPrices.asOf);
});

test.each([
  ['no JSON', 'prices: none'],
  ['a negative price', '{"asOf":"2030-01-01","prices":{"p":{"m":{"input":-1,"output":1}}}}'],
  ['no date', '{"prices":{}}'],
  ['an unknown field', '{"asOf":"2030-01-01","prices":{"p":{"m":{"input":1,"output":1,"per":"k"}}}}'],
])('a file with %s stops the start with its name', async (_, content) => {
  await expect(loadPrices(await fileWith(content))).rejects.toThrow(ConfigError);
  await expect(loadPrices(join(folder, 'none.json'))).rejects.toThrow(/LLM_PRICES_FILE/);
});
