import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { ModelSettings } from '../settings.js';
import { createOfflineModel } from '../offline/model.js';

/** Makes the model for one call, over a `fetch` of its own. The call can watch its own bytes. */
export type LanguageModelFactory = (modelId: string, fetchBytes: typeof fetch) => LanguageModelV3;

export function createLanguageModelFactory(settings: ModelSettings): LanguageModelFactory {
  const { baseUrl, apiKey } = settings;
  switch (settings.provider) {
    case 'openai':
      // Chat completions, not the provider's newer own protocol: it is the one that everything else speaks too.
      return (modelId, fetchBytes) =>
        createOpenAI({ fetch: fetchBytes, ...defined({ baseURL: baseUrl, apiKey }) }).chat(modelId);
    case 'anthropic':
      return (modelId, fetchBytes) =>
        createAnthropic({ fetch: fetchBytes, ...defined({ baseURL: baseUrl, apiKey }) })(modelId);
    case 'openai-compatible':
      return (modelId, fetchBytes) =>
        createOpenAICompatible({
          name: 'compatible',
          baseURL: baseUrl ?? '',
          fetch: fetchBytes,
          includeUsage: true,
          supportsStructuredOutputs: true,
          ...defined({ apiKey }),
        })(modelId);
    case 'offline':
      return (modelId) => createOfflineModel(modelId, { latencyMs: settings.offlineLatencyMs });
  }
}

/**
 * A strict schema of OpenAI's must list every property as required. People's own need not, so the provider takes them
 * as a guide and our validator decides.
 */
export const looseSchemaOptions = {
  openai: { strictJsonSchema: false },
  compatible: { strictJsonSchema: false },
};

function defined(given: { baseURL?: string | undefined; apiKey?: string | undefined }): {
  baseURL?: string;
  apiKey?: string;
} {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
