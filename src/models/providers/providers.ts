import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { ModelSettings } from '../settings.js';
import { createOfflineModel } from '../offline/model.js';
import { watchedFetch } from './watched-fetch.js';

/** The model of a name. Each request is watched by the call that sends it. */
export type LanguageModels = (modelId: string) => LanguageModelV3;

/** Names come from people. More of them than a process uses at once would only fill its memory. */
const KEPT_MODELS = 50;

/** A model is made once: the AI SDK compiles the schemas of its answers anew with each. */
export function createLanguageModels(settings: ModelSettings): LanguageModels {
  const create = modelMaker(settings);
  const made = new Map<string, LanguageModelV3>();
  return (modelId) => {
    const known = made.get(modelId);
    if (known !== undefined) return known;
    if (made.size === KEPT_MODELS) made.clear();
    const model = create(modelId);
    made.set(modelId, model);
    return model;
  };
}

function modelMaker(settings: ModelSettings): LanguageModels {
  const { baseUrl, apiKey } = settings;
  const common = { fetch: watchedFetch, ...defined({ baseURL: baseUrl, apiKey }) };
  switch (settings.provider) {
    case 'openai':
      // Chat completions, not the provider's newer own protocol: it is the one that everything else speaks too.
      return createOpenAI(common).chat;
    case 'anthropic':
      return createAnthropic(common);
    case 'openai-compatible':
      return createOpenAICompatible({
        name: 'compatible',
        baseURL: '',
        includeUsage: true,
        supportsStructuredOutputs: true,
        ...common,
      });
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
