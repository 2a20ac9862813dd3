import type { Model, ModelRequest } from '../../src/models/call.js';
import { ModelCallError } from '../../src/models/error.js';
import { builtInPrices, type PriceTable } from '../../src/models/ledger/price-table.js';
import { createModel } from '../../src/models/model.js';
import type { ModelSettings } from '../../src/models/settings.js';
import { startModelServer, type ModelServer } from '../support/models/server.js';

export const canary = 'sk-canary-0123456789abcdef';

/** The two wire formats, and the compatible client over the first of them. */
export const wires = ['openai', 'anthropic', 'openai-compatible'] as const;

const standard: ModelSettings = {
  provider: 'openai-compatible',
  baseUrl: undefined,
  apiKey: canary,
  model: 'model-a',
  fallbackModels: [],
  timeoutMs: 10_000,
  idleTimeoutMs: 5_000,
  concurrency: 8,
  maxOutputTokens: 256,
  structuredOutput: 'schema',
  offlineLatencyMs: 0,
};

export function modelOf(settings: Partial<ModelSettings>, prices: PriceTable = builtInPrices): Model {
  return createModel({ ...standard, ...settings }, prices);
}

export const offlineModel = (latencyMs = 0): Model =>
  modelOf({ provider: 'offline', model: 'offline-composer', apiKey: undefined, offlineLatencyMs: latencyMs });

/** A provider for the tests of a file, on a socket of its own. */
export function useModelServer(): ModelServer {
  let server: ModelServer | undefined;
  beforeEach(async () => {
    server = await startModelServer();
  });
  afterEach(() => server?.close());
  const present = (): ModelServer => {
    if (server === undefined) throw new Error('the server is there only while a test runs');
    return server;
  };
  return {
    get url() {
      return present().url;
    },
    get seen() {
      return present().seen;
    },
    reply: (reply) => present().reply(reply),
    close: () => present().close(),
  };
}

export const ask = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', content: 'Say something.' }],
  ...more,
});

export async function failureOf(answer: Promise<unknown>): Promise<ModelCallError> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ModelCallError) return error;
  throw new Error(`expected a ModelCallError, got ${String(error)}`);
}
