import { routeRecords } from '../../../contracts/routes.js';
import { createOpenApiDocument } from './document.js';

/** The document as text, for the file in the repository. */
export function openApiText(): string {
  return `${JSON.stringify(createOpenApiDocument(Object.values(routeRecords)), null, 2)}\n`;
}

/** The client's table as a source file: a browser gets methods and paths from it, and no schema. */
export function routeTableText(): string {
  const rows = Object.values(routeRecords).map(
    ({ operationId, method, path }) => `  ${operationId}: '${method} ${path}',`,
  );
  return [
    '// Written by `node scripts/openapi.mjs` from the records in src/contracts/routes.ts.',
    'export const routeTable = {',
    ...rows,
    '} as const;',
    '',
  ].join('\n');
}
