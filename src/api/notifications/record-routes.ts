import type { changeRoute, recordRoutes } from '../../contracts/notifications/record-routes.js';
import { Problem } from '../http/problems.js';
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
import { implement, reply, type Reply, type Route } from '../http/route.js';

/** The schemas made these rows and values: the routes pass them on and read no more than this. */
interface Row {
  readonly id: string;
  readonly created_at: string;
  readonly version?: number;
}
type Values = { readonly reason?: string | undefined };

export interface RecordRouteDeps {
  readonly pager: Pager;
}

type Records = ReturnType<typeof recordRoutes> & { readonly change?: ReturnType<typeof changeRoute> };
type Kind = RecordKind<Row, object, object> & { readonly store: RecordStore<Row, object, object, object> };

/** The handlers of one kind of record. A kind without `change` is made and removed, never changed. */
export function implementRecords(records: Records, deps: RecordRouteDeps, given: object): Route[] {
  // The schemas of a kind made its values: only the members common to all kinds are read here.
  const kind = given as Kind;
  const routes = [
    implementList(records.list, deps, kind),
    implementCreate(records.create, kind),
    implementGet(records.get, kind),
    implementRemove(records.remove, kind),
  ];
  return records.change === undefined ? routes : [...routes, implementChange(records.change, kind)];
}

function implementList(record: Records['list'], { pager }: RecordRouteDeps, kind: Kind): Route {
  return implement(record, async ({ path, query }, db) => {
    const asked = query as { limit: number; cursor?: string };
    const filters = omit(asked, 'limit', 'cursor');
    const scope = { list: record.path, filters };
    const request = pager.request(scope, asked);
    const rows = await kind.store.list(db, filters, request);
    const page = pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.created_at, id: row.id }) });
    return pageReply(path, asked, page);
  });
}

function implementCreate(record: Records['create'], kind: Kind): Route {
  return implement(record, async ({ path, body, principal, origin }, tx) => {
    const { reason, ...values } = body as Values;
    const row = await createRecord(tx, kind, { values, by: { principal, origin, reason } });
    return recordReply(201, row, { Location: `${path}/${row.id}` });
  });
}

function implementGet(record: Records['get'], kind: Kind): Route {
  return implement(record, async ({ params: { id } }, db) => {
    const row = await kind.store.find(db, id);
    if (row === undefined) throw new Problem('not_found');
    return recordReply(200, row);
  });
}

function implementChange(record: NonNullable<Records['change']>, kind: Kind): Route {
  return implement(record, async ({ params: { id }, body, principal, origin, ifMatch }, tx) => {
    const { reason, ...change } = body as Values;
    const checkVersion = (version: number): void => requireVersion(ifMatch, version);
    const by = { principal, origin, reason };
    return recordReply(200, await changeRecord(tx, kind, { id, change, checkVersion, by }));
  });
}

function implementRemove(record: Records['remove'], kind: Kind): Route {
  return implement(record, async ({ params: { id }, body, principal, origin, ifMatch }, tx) => {
    const checkVersion = (version: number): void => requireVersion(ifMatch, version);
    const by = { principal, origin, reason: body.reason };
    await removeRecord(tx, kind, { id, checkVersion, by });
    return reply(204);
  });
}

function recordReply(status: number, row: Row, headers: Record<string, string> = {}): Reply {
  const etag = row.version === undefined ? {} : { ETag: etagOf(row.version) };
  return reply(status, row, { ...etag, ...headers });
}
