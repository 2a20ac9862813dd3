import { z } from 'zod';
import type { IdKind } from '../../contracts/ids.js';
import { idSchema } from '../../contracts/ids.js';
import { removalSchema } from '../../contracts/notifications/fields.js';
import { Problem } from '../../contracts/problems.js';
import type { RecordStore } from '../../db/notifications/record-store.js';
import { omit } from '../../domain/omit.js';
import {
  changeRecord,
  createRecord,
  removeRecord,
  type RecordKind,
} from '../../operations/notifications/records.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { readRoute, reply, writeRoute, type AnyRoute, type Reply } from '../http/route.js';

/** Rows and values as the schemas have made them: the routes hand them on and look at no more than this. */
interface Row {
  readonly id: string;
  readonly created_at: string;
  readonly version?: number;
}
type Values = { readonly reason?: string | undefined };

/** What the routes of one kind of record need to know of it. */
export interface RecordRoutes {
  readonly path: string;
  readonly idKind: IdKind;
  /** `Office`, `Offices`: for operation ids and summaries. */
  readonly one: string;
  readonly many: string;
  readonly schema: z.ZodType;
  readonly pageSchema: z.ZodType;
  readonly listQuery: z.ZodType;
  readonly newSchema: z.ZodType;
  /** Absent: it is made and removed, never changed. */
  readonly changeSchema?: z.ZodType;
  readonly kind: object;
}

export interface RecordRouteDeps {
  readonly pager: Pager;
}

const TAG = 'Notifications';
const etagHeader = { ETag: 'The version, for If-Match.' };

/** List, make, read, change and remove: the same for offices, staff, deadlines and push subscriptions. */
export function createRecordRoutes(deps: RecordRouteDeps, spec: RecordRoutes): AnyRoute[] {
  const routes = [listRoute(deps, spec), createRoute(spec), getRoute(spec), removeRoute(spec)];
  return spec.changeSchema === undefined ? routes : [...routes, changeRoute(spec, spec.changeSchema)];
}

/** The one place where the kinds of the table above become what every kind has in common. */
function kindOf(spec: RecordRoutes): RecordKind<Row, object, object> & {
  readonly store: RecordStore<Row, object, object, object>;
} {
  return spec.kind as ReturnType<typeof kindOf>;
}

function listRoute({ pager }: RecordRouteDeps, spec: RecordRoutes): AnyRoute {
  return readRoute({
    method: 'GET',
    path: spec.path,
    operationId: `list${spec.many}`,
    summary: `${spec.many}, newest first`,
    tag: TAG,
    access: 'admin',
    query: spec.listQuery,
    responses: { 200: { description: 'One page', body: spec.pageSchema } },
    problems: ['invalid_cursor'],
    async handle({ query }, db) {
      const asked = query as { limit: number; cursor?: string };
      const filters = omit(asked, 'limit', 'cursor');
      const scope = { list: spec.path, filters };
      const request = pager.request(scope, asked);
      const rows = await kindOf(spec).store.list(db, filters, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.created_at, id: row.id }));
      return pageReply(spec.path, asked, page);
    },
  });
}

function createRoute(spec: RecordRoutes): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: spec.path,
    operationId: `create${spec.one}`,
    summary: `Make one of the ${spec.many.toLowerCase()}`,
    tag: TAG,
    access: 'admin',
    body: spec.newSchema,
    responses: {
      201: {
        description: 'What was made',
        body: spec.schema,
        headers: { ...etagHeader, Location: 'Its address.' },
      },
    },
    problems: ['already_exists'],
    async handle({ body, principal, origin }, tx) {
      const { reason, ...values } = body as Values;
      const row = await createRecord(tx, kindOf(spec), values, { principal, origin, reason });
      return recordReply(201, row, { Location: `${spec.path}/${row.id}` });
    },
  });
}

function getRoute(spec: RecordRoutes): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${spec.path}/:id`,
    operationId: `get${spec.one}`,
    summary: `One of the ${spec.many.toLowerCase()}`,
    tag: TAG,
    access: 'admin',
    params: paramsOf(spec),
    responses: { 200: { description: 'The record', body: spec.schema, headers: etagHeader } },
    problems: ['not_found'],
    async handle({ params: { id } }, db) {
      const row = await kindOf(spec).store.find(db, id);
      if (row === undefined) throw new Problem('not_found');
      return recordReply(200, row);
    },
  });
}

function changeRoute(spec: RecordRoutes, body: z.ZodType): AnyRoute {
  return writeRoute({
    method: 'PATCH',
    path: `${spec.path}/:id`,
    operationId: `change${spec.one}`,
    summary: `Change one of the ${spec.many.toLowerCase()}; with If-Match only the version that was read`,
    tag: TAG,
    access: 'admin',
    params: paramsOf(spec),
    body,
    responses: { 200: { description: 'The record as it is now', body: spec.schema, headers: etagHeader } },
    problems: ['not_found', 'already_exists', 'precondition_failed'],
    async handle({ params: { id }, body: given, principal, origin, ifMatch }, tx) {
      const { reason, ...change } = given as Values;
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      const by = { principal, origin, reason };
      return recordReply(200, await changeRecord(tx, kindOf(spec), { id, change, checkVersion }, by));
    },
  });
}

function removeRoute(spec: RecordRoutes): AnyRoute {
  return writeRoute({
    method: 'DELETE',
    path: `${spec.path}/:id`,
    operationId: `remove${spec.one}`,
    summary: `Remove one of the ${spec.many.toLowerCase()}, with what belongs to it; deliveries are kept`,
    tag: TAG,
    access: 'admin',
    params: paramsOf(spec),
    body: removalSchema,
    bodyOptional: true,
    responses: { 204: { description: 'It is no more' } },
    problems: ['not_found', 'precondition_failed'],
    async handle({ params: { id }, body, principal, origin, ifMatch }, tx) {
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      const by = { principal, origin, reason: body.reason };
      await removeRecord(tx, kindOf(spec), { id, checkVersion }, by);
      return reply(204);
    },
  });
}

function paramsOf({ idKind }: RecordRoutes) {
  return z.object({ id: idSchema(idKind) });
}

function recordReply(status: number, row: Row, headers: Record<string, string> = {}): Reply {
  const etag = row.version === undefined ? {} : { ETag: etagOf(row.version) };
  return reply(status, row, { ...etag, ...headers });
}
