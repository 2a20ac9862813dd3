import { routeRecords } from '../../../contracts/routes.js';
import { createOpenApiDocument } from './document.js';

/** The document as text, for the file in the repository. */
export function openApiText(): string {
  return `${JSON.stringify(createOpenApiDocument(Object.values(routeRecords)), null, 2)}\n`;
}
