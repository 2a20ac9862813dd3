import { workflowIdOf } from '../../contracts/names.js';
import { aliasesOf } from '../../contracts/route.js';
import { reply, type Reply } from '../http/route.js';

export interface SessionLinks {
  readonly temporalUiUrl: string | undefined;
  readonly temporalNamespace: string;
}

const SESSIONS_PATH = '/api/v1/cot-sessions';
const bases = [SESSIONS_PATH, ...aliasesOf(SESSIONS_PATH)];

/** The path under which this caller asks for sessions. The links of the answer stay under it. */
export function sessionsBaseOf(requestPath: string): string {
  return bases.find((base) => requestPath === base || requestPath.startsWith(`${base}/`)) ?? SESSIONS_PATH;
}

/** Where to look at a session: here, its progress, its events, and its workflow in the Temporal Web UI. */
export function sessionLinks(links: SessionLinks, base: string, id: string): Record<string, string | null> {
  const self = `${base}/${id}`;
  return { self, progress: `${self}/progress`, events: `${self}/events`, temporal: temporalLink(links, id) };
}

export function acceptedSession(links: SessionLinks, base: string, id: string): Reply {
  const all = sessionLinks(links, base, id);
  return reply(202, { id, status: 'queued', links: all }, { Location: `${base}/${id}`, 'Retry-After': '3' });
}

function temporalLink(links: SessionLinks, id: string): string | null {
  if (links.temporalUiUrl === undefined) return null;
  const workflowId = encodeURIComponent(workflowIdOf('cot-session', id));
  return `${links.temporalUiUrl.replace(/\/$/, '')}/namespaces/${links.temporalNamespace}/workflows/${workflowId}`;
}
