import type { ApiDeps } from '../deps.js';
import { createRoutes } from '../routes.js';
import { createOpenApiDocument } from './document.js';

/**
 * The document as text, for the file in the repository. Routes keep what they are given for their handlers, and no handler
 * runs here, so there is nothing to give them: anything asked for is there, and is good for nothing.
 */
export function openApiText(): string {
  const document = createOpenApiDocument(createRoutes(inert as ApiDeps));
  return `${JSON.stringify(document, null, 2)}\n`;
}

const inert: unknown = new Proxy(() => undefined, {
  get: (_target, name) => (typeof name === 'symbol' ? () => 'inert' : inert),
  apply: () => inert,
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
});
