import { z } from 'zod';
import { idSchema, type IdKind } from '../ids.js';
import { readRoute, uploadRoute, writeRoute } from '../route.js';
import { removalSchema } from './fields.js';
import { importReportSchema } from './import-report.js';

const tag = 'Notifications';
const etagHeader = { ETag: 'The version, for If-Match.' };

interface RecordSpec {
  readonly path: string;
  readonly idKind: IdKind;
  /** `Office`, `Offices`: for operation ids and summaries. */
  readonly one: string;
  readonly many: string;
  readonly schema: z.ZodType;
  readonly pageSchema: z.ZodType;
  readonly listQuery: z.ZodType;
  readonly newSchema: z.ZodType;
}

/** List, make, read and remove: the same for offices, staff, deadlines and push subscriptions. */
export function recordRoutes<const Spec extends RecordSpec>(spec: Spec) {
  const params = z.object({ id: idSchema(spec.idKind) });
  return {
    list: readRoute({
      method: 'GET',
      path: spec.path,
      operationId: `list${spec.many}`,
      summary: `${spec.many}, newest first`,
      tag,
      access: 'admin',
      query: spec.listQuery as Spec['listQuery'],
      responses: { 200: { description: 'One page', body: spec.pageSchema as Spec['pageSchema'] } },
      problems: ['invalid_cursor'],
    }),
    create: writeRoute({
      method: 'POST',
      path: spec.path,
      operationId: `create${spec.one}`,
      summary: `Make one of the ${spec.many.toLowerCase()}`,
      tag,
      access: 'admin',
      body: spec.newSchema as Spec['newSchema'],
      responses: {
        201: {
          description: 'What was made',
          body: spec.schema as Spec['schema'],
          headers: { ...etagHeader, Location: 'Its address.' },
        },
      },
      problems: ['already_exists'],
    }),
    get: readRoute({
      method: 'GET',
      path: `${spec.path}/:id`,
      operationId: `get${spec.one}`,
      summary: `One of the ${spec.many.toLowerCase()}`,
      tag,
      access: 'admin',
      params,
      responses: {
        200: { description: 'The record', body: spec.schema as Spec['schema'], headers: etagHeader },
      },
      problems: ['not_found'],
    }),
    remove: writeRoute({
      method: 'DELETE',
      path: `${spec.path}/:id`,
      operationId: `remove${spec.one}`,
      summary: `Remove one of the ${spec.many.toLowerCase()}, with what belongs to it; deliveries are kept`,
      tag,
      access: 'admin',
      params,
      body: removalSchema,
      bodyOptional: true,
      responses: { 204: { description: 'It is no more' } },
      problems: ['not_found', 'precondition_failed'],
    }),
  };
}

export function changeRoute<const Spec extends RecordSpec, Change extends z.ZodType>(
  spec: Spec,
  changeSchema: Change,
) {
  return writeRoute({
    method: 'PATCH',
    path: `${spec.path}/:id`,
    operationId: `change${spec.one}`,
    summary: `Change one of the ${spec.many.toLowerCase()}; with If-Match only the version that was read`,
    tag,
    access: 'admin',
    params: z.object({ id: idSchema(spec.idKind) }),
    body: changeSchema,
    responses: {
      200: {
        description: 'The record as it is now',
        body: spec.schema as Spec['schema'],
        headers: etagHeader,
      },
    },
    problems: ['not_found', 'already_exists', 'precondition_failed'],
  });
}

export function importRoute(spec: RecordSpec) {
  return uploadRoute({
    method: 'POST',
    path: `${spec.path}/import`,
    operationId: `import${spec.many}`,
    summary: `Make or change ${spec.many.toLowerCase()} from a CSV or NDJSON file, all of it or nothing`,
    tag,
    access: 'admin',
    responses: { 200: { description: 'How many were made and changed', body: importReportSchema } },
    problems: ['validation_error', 'unsupported_media_type', 'payload_too_large'],
  });
}
