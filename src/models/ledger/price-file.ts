import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { builtInPrices, withPrices, type PriceTable } from './price-table.js';
import { ConfigError } from '../../platform/config.js';

const priceSchema = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cachedInput: z.number().min(0).exactOptional(),
});

const tableSchema = z.strictObject({
  asOf: z.iso.date(),
  prices: z.record(z.string(), z.record(z.string(), priceSchema)),
});

/** The built-in prices with those of LLM_PRICES_FILE over them. */
export async function loadPrices(path: string | undefined): Promise<PriceTable> {
  if (path === undefined) return builtInPrices;
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError([
      `LLM_PRICES_FILE: given ${JSON.stringify(path)}, which cannot be read: ${error.message}`,
    ]);
  });
  const parsed = tableSchema.safeParse(parseJson(text));
  if (parsed.success) return withPrices(builtInPrices, parsed.data);
  const why = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new ConfigError([`LLM_PRICES_FILE: ${JSON.stringify(path)} is no price table: ${why.join('; ')}`]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
