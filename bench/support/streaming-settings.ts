import type { ModelSettings } from '../../src/models/settings.js';

/** Of a model whose provider is another process of the bench. */
export function streamingSettings(baseUrl: string, concurrency: number): ModelSettings {
  return {
    provider: 'openai-compatible',
    baseUrl,
    apiKey: undefined,
    model: 'm',
    fallbackModels: [],
    timeoutMs: 120_000,
    idleTimeoutMs: 60_000,
    concurrency,
    maxOutputTokens: 4_096,
    structuredOutput: 'schema',
    offlineLatencyMs: 0,
  };
}
