import { setTimeout } from 'node:timers/promises';

interface Readiness {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string }>>;
}

const ASK_MS = 100;

/** The answer of /readyz; undefined without one. */
async function ask(apiUrl: string): Promise<Readiness | undefined> {
  try {
    const response = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
    const body = (await response.json()) as Readiness;
    return response.status === 200 || response.status === 503 ? body : undefined;
  } catch {
    return undefined;
  }
}

export async function isServing(apiUrl: string): Promise<boolean> {
  const readiness = await ask(apiUrl);
  return readiness !== undefined && readiness.status !== 'unavailable';
}

/** Waits until every part that the API depends on is there. Gives the names of those that did not come in time. */
export async function missingParts(apiUrl: string, patienceMs: number): Promise<string[]> {
  for (const until = Date.now() + patienceMs; ; await setTimeout(ASK_MS)) {
    const readiness = await ask(apiUrl);
    if (readiness?.status === 'ready') return [];
    if (Date.now() > until) return Object.entries(readiness?.checks ?? {}).flatMap(downNames);
  }
}

function downNames([name, check]: [string, { readonly status: string }]): string[] {
  return check.status === 'up' ? [] : [name];
}
