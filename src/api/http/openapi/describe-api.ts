import type { ApiDeps } from '../../deps.js';
import type { AnyRoute } from '../route.js';
import { createRoutes } from '../../routes.js';
import { createOpenApiDocument } from './document.js';

/** The document as text, for the file in the repository. */
export function openApiText(): string {
  return `${JSON.stringify(createOpenApiDocument(describedRoutes()), null, 2)}\n`;
}

/** Every route record, to be looked at: routes keep what they are given for their handlers, and none of these may run. */
export function describedRoutes(): AnyRoute[] {
  return createRoutes(inertDeps as ApiDeps);
}

/** Whatever is asked of it is there, and good for nothing. */
const inert: unknown = new Proxy(() => undefined, {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => 'inert' : inert),
  apply: () => inert,
});

const inertDeps: Record<keyof ApiDeps, unknown> = {
  secrets: { current: 'signs nothing' },
  consoleFolder: '',
  config: inert,
  logger: inert,
  metrics: inert,
  pool: inert,
  announcements: inert,
  cache: inert,
  temporal: inert,
  runControl: inert,
  schedules: inert,
  modelText: inert,
  redis: inert,
  tokens: inert,
  tracing: inert,
  authenticator: inert,
  limits: inert,
  idempotency: inert,
  pager: inert,
  fileLinks: inert,
  objects: inert,
  starter: inert,
  webhookSecrets: inert,
  hub: inert,
  streams: inert,
  auditKeys: inert,
  preferenceLinks: inert,
  ui: inert,
  readiness: inert,
  grammar: inert,
  connector: inert,
  sql: inert,
};
