import { failed, type Check, type Finding, type Surroundings } from '../doctor.js';

const PATIENCE_MS = 5_000;

export const apiCheck: Pick<Check, 'look'> = {
  async look(around) {
    const url = urlOf(around);
    const health = await ask(`${url}/healthz`);
    if (health === undefined || !health.ok) {
      const said = health === undefined ? 'does not answer' : `answered ${health.status}`;
      return [
        failed(
          `The API at ${url} ${said}.`,
          'Start it (`npm start`, or `npm run api`), or correct SLUICE_URL.',
        ),
      ];
    }
    const found: Finding[] = [{ state: 'ok', what: `The API at ${url} is alive.` }];
    return [...found, await readiness(url), ...(await signIn(url, around))];
  },
};

function urlOf({ config, local }: Surroundings): string {
  const own = local?.apiUrl ?? `http://127.0.0.1:${config.port ?? 3000}`;
  return (config.apiUrl ?? own).replace(/\/$/, '');
}

async function readiness(url: string): Promise<Finding> {
  const answer = await ask(`${url}/readyz`);
  if (answer?.ok) return { state: 'ok', what: 'It is ready to serve.' };
  const text = (await answer?.text().catch(() => '')) ?? '';
  return failed(`It is not ready: ${text.slice(0, 300)}`, 'See to the part that is named there.');
}

async function signIn(url: string, { config, local }: Surroundings): Promise<Finding[]> {
  const apiKey = config.apiKey ?? (config.apiUrl === undefined ? local?.adminApiKey : undefined);
  if (apiKey === undefined) return [];
  const answer = await ask(`${url}/api/v1/me`, { Authorization: `Bearer ${apiKey}` });
  if (answer?.ok) return [{ state: 'ok', what: 'The API key is accepted.' }];
  return [
    failed(
      `The API key is not accepted (${answer?.status ?? 'no answer'}).`,
      'Make a new one, and set SLUICE_API_KEY.',
    ),
  ];
}

async function ask(url: string, headers: Record<string, string> = {}): Promise<Response | undefined> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return undefined;
  }
}
