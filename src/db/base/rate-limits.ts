import { one, sql, type Db } from './sql.js';

export interface RateLimitLease {
  /** How many of the wanted permits were left. */
  readonly granted: number;
  /** The rest for others after these. */
  readonly remaining: number;
  readonly resetMs: number;
}

/**
 * Takes up to `want` permits of a key's window, for one statement whatever their number. `used` never grows beyond
 * `limit + want`, so a flood of refused requests does not overflow it.
 */
export async function takePermits(
  db: Db,
  asked: { readonly key: string; readonly want: number; readonly limit: number; readonly windowMs: number },
): Promise<RateLimitLease> {
  const { key, want, limit, windowMs } = asked;
  const until = sql`clock_timestamp() + make_interval(secs => ${windowMs / 1_000}::float8)`;
  const { used, resetMs } = await one<{ used: number; resetMs: number }>(
    db,
    sql`insert into rate_limits as r (key, used, reset_at) values (${key}, ${want}, ${until})
        on conflict (key) do update
          set used = case when r.reset_at <= clock_timestamp() then ${want}::int
                          else least(r.used, ${limit}::int) + ${want}::int end,
              reset_at = case when r.reset_at <= clock_timestamp() then excluded.reset_at else r.reset_at end
        returning used, (extract(epoch from reset_at - clock_timestamp()) * 1000)::float8 as "resetMs"`,
  );
  return { ...permitsOf(used, want, limit), resetMs };
}

/** From what was used including these permits. */
export function permitsOf(used: number, want: number, limit: number): { granted: number; remaining: number } {
  return {
    granted: Math.min(want, Math.max(0, limit - (used - want))),
    remaining: Math.max(0, limit - used),
  };
}
