import { newId } from '../../../src/contracts/ids.js';
import { countAuditFacets } from '../../../src/db/audit/facets.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

test('the timeline has the newest day first', async () => {
  const days = Array.from({ length: 12 }, (_, index) => new Date(Date.UTC(2026, 0, 1 + ((index * 7) % 12))));
  await database.pool.query(
    `insert into audit_logs (id, actor_name, actor_role, action, resource_type, resource_id, timestamp)
     select id, 'x', 'ADMIN', 'created', 'user', 'x', at from unnest($1::text[], $2::timestamptz[]) as given (id, at)`,
    [days.map(() => newId('audit')), days],
  );
  const { timeline } = await countAuditFacets(database.pool, { includeDeleted: false });
  const from = timeline.map((bucket) => bucket.from);
  expect(from).toHaveLength(12);
  expect(from).toEqual([...from].sort().reverse());
});
