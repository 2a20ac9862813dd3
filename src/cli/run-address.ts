import { kindOfId, shownIds, type RunKinds } from '../contracts/run-kinds.js';
import { CliError } from './cli-error.js';

/** Where the API answers for a run, told by the prefix of its id. */
export interface RunAddress {
  readonly self: string;
  readonly events: string;
  readonly cancel: { readonly method: 'POST' | 'DELETE'; readonly path: string };
}

export function addressOf(id: string, kinds?: RunKinds): RunAddress {
  const kind = kindOfId(id, kinds);
  if (kind === undefined) throw new CliError(`"${id}" is not the id of a run (${shownIds(kinds)}).`);
  const self = `${kind.routeBase}/${id}`;
  const cancel =
    kind.events === 'job'
      ? ({ method: 'DELETE', path: self } as const)
      : ({ method: 'POST', path: `${self}/cancel` } as const);
  return { self, events: `${self}/events`, cancel };
}
