/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** For input that the provider had in its cache; the price of input when it is left out. */
  readonly cachedInput?: number;
}

export interface PriceTable {
  /** The day on which the prices were read, as YYYY-MM-DD. */
  readonly asOf: string;
  /** Provider, then model. A key that ends in `*` stands for every model that begins so; the longest one wins. */
  readonly prices: Readonly<Record<string, Readonly<Record<string, ModelPrice>>>>;
}

/**
 * List prices of the providers themselves. A gateway or a local server has its own. Calls through `openai-compatible`
 * have no price until the table is extended. A model that is not here has no price, not price zero.
 */
export const builtInPrices: PriceTable = {
  asOf: '2025-11-30',
  prices: {
    offline: { '*': { input: 0, output: 0 } },
    openai: {
      'gpt-5-nano*': { input: 0.05, cachedInput: 0.005, output: 0.4 },
      'gpt-5-mini*': { input: 0.25, cachedInput: 0.025, output: 2 },
      'gpt-5': { input: 1.25, cachedInput: 0.125, output: 10 },
      'gpt-5-2025*': { input: 1.25, cachedInput: 0.125, output: 10 },
      'gpt-5.1': { input: 1.25, cachedInput: 0.125, output: 10 },
      'gpt-4.1-nano*': { input: 0.1, cachedInput: 0.025, output: 0.4 },
      'gpt-4.1-mini*': { input: 0.4, cachedInput: 0.1, output: 1.6 },
      'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 },
      'gpt-4.1-2025*': { input: 2, cachedInput: 0.5, output: 8 },
      'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
      'gpt-4o-mini-2024*': { input: 0.15, cachedInput: 0.075, output: 0.6 },
      'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
      'gpt-4o-2024-08*': { input: 2.5, cachedInput: 1.25, output: 10 },
      'gpt-4o-2024-11*': { input: 2.5, cachedInput: 1.25, output: 10 },
      'o4-mini*': { input: 1.1, cachedInput: 0.275, output: 4.4 },
      o3: { input: 2, cachedInput: 0.5, output: 8 },
      'o3-2025*': { input: 2, cachedInput: 0.5, output: 8 },
    },
    anthropic: {
      'claude-opus-4-5*': { input: 5, cachedInput: 0.5, output: 25 },
      'claude-opus-4-1*': { input: 15, cachedInput: 1.5, output: 75 },
      'claude-sonnet-4-5*': { input: 3, cachedInput: 0.3, output: 15 },
      'claude-sonnet-4-0*': { input: 3, cachedInput: 0.3, output: 15 },
      'claude-sonnet-4-2025*': { input: 3, cachedInput: 0.3, output: 15 },
      'claude-haiku-4-5*': { input: 1, cachedInput: 0.1, output: 5 },
      'claude-3-5-haiku*': { input: 0.8, cachedInput: 0.08, output: 4 },
    },
  },
};

/** The price of a model, or null when it is not known. */
export function priceOf(table: PriceTable, provider: string, model: string): ModelPrice | null {
  const prices = table.prices[provider] ?? {};
  if (Object.hasOwn(prices, model)) return prices[model] ?? null;
  const pattern = Object.keys(prices)
    .filter((key) => key.endsWith('*') && model.startsWith(key.slice(0, -1)))
    .sort((one, other) => other.length - one.length)[0];
  return pattern === undefined ? null : (prices[pattern] ?? null);
}

export interface PricedUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number | null;
}

/** Dollars, rounded to a hundred-millionth so that sums stay equal on every machine. */
export function costOf(price: ModelPrice | null, usage: PricedUsage): number | null {
  if (price === null) return null;
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const dollars =
    (usage.inputTokens - cached) * price.input +
    cached * (price.cachedInput ?? price.input) +
    usage.outputTokens * price.output;
  return Math.round(dollars * 100) / 100_000_000;
}

/** The table with the user's rows over it, row by row; its date is the newer one's. */
export function withPrices(table: PriceTable, over: PriceTable): PriceTable {
  const providers = new Set([...Object.keys(table.prices), ...Object.keys(over.prices)]);
  return {
    asOf: over.asOf > table.asOf ? over.asOf : table.asOf,
    prices: Object.fromEntries(
      [...providers].map((provider) => [provider, { ...table.prices[provider], ...over.prices[provider] }]),
    ),
  };
}
