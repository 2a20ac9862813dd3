import type { Config } from '../platform/config.js';
import { ConfigError } from '../platform/config.js';

type ProviderName = 'openai-compatible' | 'openai' | 'anthropic' | 'offline';

export interface ModelSettings {
  readonly provider: ProviderName;
  /** Never with a trailing slash; undefined for the provider's own address. */
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  /** `auto` is the first model that the server lists. */
  readonly model: string;
  readonly fallbackModels: readonly string[];
  /** Milliseconds for one call to the provider, from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** Milliseconds without a byte from the provider. */
  readonly idleTimeoutMs: number;
  /** Calls at once to one provider with one key. */
  readonly concurrency: number;
  readonly maxOutputTokens: number;
  /** `schema`: the provider is given the schema; `prompt`: only the prompt says it, for servers that know no schemas. */
  readonly structuredOutput: 'schema' | 'prompt';
  readonly offlineLatencyMs: number;
}

export const autoModel = 'auto';

/** There is one, whatever name it is asked for by. */
export const offlineModelName = 'offline-composer';

const standardModels: Record<ProviderName, string> = {
  'openai-compatible': autoModel,
  openai: 'gpt-4.1-mini',
  anthropic: 'claude-sonnet-4-5',
  offline: offlineModelName,
};

type LlmConfig = Pick<
  Config,
  | 'llmProvider'
  | 'llmBaseUrl'
  | 'llmApiKey'
  | 'llmModel'
  | 'llmFallbackModels'
  | 'llmTimeoutMs'
  | 'llmIdleTimeoutMs'
  | 'llmConcurrency'
  | 'llmMaxOutputTokens'
  | 'llmStructuredOutput'
  | 'offlineLlmLatencyMs'
>;

/** A base URL alone means a local server; nothing at all means the offline model. */
export function modelSettingsOf(config: LlmConfig): ModelSettings {
  const provider = config.llmProvider ?? (config.llmBaseUrl === undefined ? 'offline' : 'openai-compatible');
  const problems = problemsOf(config, provider);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    provider,
    baseUrl: config.llmBaseUrl === undefined ? undefined : normalBaseUrl(config.llmBaseUrl),
    apiKey: config.llmApiKey,
    model: config.llmModel ?? standardModels[provider],
    fallbackModels: Object.freeze([...config.llmFallbackModels]),
    timeoutMs: config.llmTimeoutMs,
    idleTimeoutMs: config.llmIdleTimeoutMs,
    concurrency: config.llmConcurrency,
    maxOutputTokens: config.llmMaxOutputTokens,
    structuredOutput: config.llmStructuredOutput,
    offlineLatencyMs: config.offlineLlmLatencyMs,
  });
}

function problemsOf(config: LlmConfig, provider: ProviderName): string[] {
  const url = config.llmBaseUrl === undefined ? undefined : new URL(config.llmBaseUrl);
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    return [
      'LLM_BASE_URL: given an address with a user name or password, allowed: one without, and LLM_API_KEY',
    ];
  }
  if (provider === 'offline' && config.llmApiKey !== undefined && config.llmProvider === undefined) {
    return ['LLM_API_KEY: given without LLM_PROVIDER or LLM_BASE_URL, so it is not known whose key it is'];
  }
  if (provider === 'openai-compatible' && config.llmBaseUrl === undefined) {
    return [
      'LLM_BASE_URL: given nothing, allowed: the address of the server, as LLM_PROVIDER=openai-compatible',
    ];
  }
  if ((provider === 'openai' || provider === 'anthropic') && config.llmApiKey === undefined) {
    return [`LLM_API_KEY: given nothing, allowed: the key of LLM_PROVIDER=${provider}`];
  }
  return [];
}

/** `http://localhost:11434` is what people write; every one of these servers answers under /v1. */
function normalBaseUrl(given: string): string {
  const url = new URL(given);
  if (url.pathname === '/') url.pathname = '/v1';
  return url.toString().replace(/\/+$/, '');
}
