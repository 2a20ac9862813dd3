import { ProviderFailure, toProviderFailure } from './providers/failure.js';
import { autoModel, type ModelSettings } from './settings.js';

const LIST_TIMEOUT_MS = 10_000;

/** Gives the name to send for the name that was asked. `auto` is the first model that the server lists, asked once. */
export function createModelResolver(settings: ModelSettings): (asked: string) => Promise<string> {
  let first: string | undefined;
  return async (asked) => {
    if (asked !== autoModel) return asked;
    first ??= await firstListed(settings);
    return first;
  };
}

async function firstListed(settings: ModelSettings): Promise<string> {
  const headers: Record<string, string> =
    settings.apiKey === undefined ? {} : { authorization: `Bearer ${settings.apiKey}` };
  const response = await fetch(`${settings.baseUrl}/models`, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(LIST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw toProviderFailure(error, Date.now());
  });
  const body = (await response.json().catch(() => undefined)) as { data?: { id?: unknown }[] } | undefined;
  const id = body?.data?.[0]?.id;
  if (response.ok && typeof id === 'string') return id;
  if (response.status >= 500)
    throw new ProviderFailure('server', `the list of models answered ${response.status}`);
  throw new ProviderFailure('invalid_request', 'the server lists no model: set LLM_MODEL');
}
