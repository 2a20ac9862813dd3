/** A request as `--dry-run` shows it. */
export class ShownRequest extends Error {
  override readonly name = 'ShownRequest';

  constructor(readonly request: { readonly method: string; readonly path: string; readonly body?: unknown }) {
    super('The request was shown and not sent.');
  }
}

interface Wanted {
  readonly key: string | undefined;
  readonly showsRequests: boolean;
}

/**
 * Sends what changes something under the key that was given.
 *
 * K1. The nth change of a command has the nth key. A repeated command repeats each of its changes, and none twice.
 * K2. A retry of the client keeps its key: the key that the client had made identifies it.
 */
export function keyedFetch({ key, showsRequests }: Wanted): typeof fetch {
  const keys = new Map<string, string>();
  return (target, init) => {
    const method = init?.method ?? 'GET';
    if (method === 'GET') return fetch(target, init);
    if (showsRequests) return Promise.reject(shown(method, target, init));
    if (key === undefined) return fetch(target, init);
    const headers = new Headers(init?.headers);
    const made = headers.get('Idempotency-Key') ?? '';
    const own = keys.get(made) ?? (keys.size === 0 ? key : `${key}.${keys.size + 1}`);
    keys.set(made, own);
    headers.set('Idempotency-Key', own);
    return fetch(target, Object.assign({}, init, { headers }));
  };
}

function shown(
  method: string,
  target: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): ShownRequest {
  const address = new URL(target instanceof Request ? target.url : target);
  const path = `${address.pathname}${address.search}`;
  const body = init?.body;
  return typeof body === 'string'
    ? new ShownRequest({ method, path, body: JSON.parse(body) as unknown })
    : new ShownRequest({ method, path });
}
