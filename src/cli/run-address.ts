import { CliError } from './cli-error.js';

/** Where the API answers for a run, told by the prefix of its id. */
export interface RunAddress {
  readonly self: string;
  readonly events: string;
  readonly cancel: { readonly method: 'POST' | 'DELETE'; readonly path: string };
}

export function addressOf(id: string): RunAddress {
  if (!/^[a-z]+_[0-9a-z]+$/.test(id)) throw new CliError(`"${id}" is not the id of a run (job_… or ses_…).`);
  if (id.startsWith('ses_')) {
    const self = `/api/v1/cot-sessions/${id}`;
    return { self, events: `${self}/events`, cancel: { method: 'POST', path: `${self}/cancel` } };
  }
  return {
    self: `/jobs/${id}`,
    events: `/jobs/${id}/events`,
    cancel: { method: 'DELETE', path: `/jobs/${id}` },
  };
}
