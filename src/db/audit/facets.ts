import type { AuditFacets, AuditFilters } from '../../contracts/audit/log.js';
import { newestAudit } from './query.js';
import { many, sql, type Db } from '../base/sql.js';

/** Counting stops here: facets cost the same on a log of any size, and say when they are partial. */
const FACET_LIMIT = 20_000;
const VALUES = 50;
const TWO_DAYS_MS = 2 * 24 * 3_600_000;

interface FacetRow {
  facet: 'action' | 'resourceType' | 'actor' | 'bucket' | 'counted';
  value: string | null;
  label: string | null;
  count: number;
}

export async function countAuditFacets(db: Db, filters: AuditFilters): Promise<AuditFacets> {
  const unit = bucketOf(filters);
  const rows = await many<FacetRow>(
    db,
    sql`with newest as materialized (
          select a.action, a.resource_type, a.actor_id, a.actor_name, a.timestamp
            from ${newestAudit(filters, FACET_LIMIT)})
        (select 'counted' as facet, null as value, null as label, count(*) as count from newest)
        union all
        (select 'action', action, null, count(*) from newest group by action order by 4 desc, 2 limit ${VALUES})
        union all
        (select 'resourceType', resource_type, null, count(*) from newest
          group by resource_type order by 4 desc, 2 limit ${VALUES})
        union all
        (select 'actor', actor_id, max(actor_name), count(*) from newest
          group by actor_id, case when actor_id is null then actor_name end order by 4 desc, 2, 3 limit ${VALUES})
        union all
        (select 'bucket', to_char(date_trunc(${unit}, timestamp), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), null, count(*)
           from newest group by 2 order by 2 desc limit 400)`,
  );
  const of = (facet: FacetRow['facet']): FacetRow[] => rows.filter((row) => row.facet === facet);
  const plain = (row: FacetRow): { value: string; count: number } => ({
    value: row.value ?? '',
    count: row.count,
  });
  const counted = of('counted')[0]?.count ?? 0;
  return {
    action: of('action').map(plain),
    resourceType: of('resourceType').map(plain),
    actor: of('actor').map((row) => ({ id: row.value, name: row.label ?? '', count: row.count })),
    timeline: of('bucket').map((row) => ({ from: row.value ?? '', count: row.count })),
    timelineUnit: unit,
    counted,
    complete: counted < FACET_LIMIT,
  };
}

function bucketOf(filters: AuditFilters): 'hour' | 'day' {
  if (filters.from === undefined) return 'day';
  const until = filters.to === undefined ? Date.now() : Date.parse(filters.to);
  return until - Date.parse(filters.from) <= TWO_DAYS_MS ? 'hour' : 'day';
}
