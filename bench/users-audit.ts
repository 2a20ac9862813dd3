/**
 * Users and audit log at size: `node scripts/bench.mjs users-audit [rows …]`. DATABASE_URL names a server on
 * which a database may be made. Without arguments it has 100,000 and 1,000,000 rows of each. 50 runs a query,
 * one after another.
 *
 * Not measured: a network, readers beside each other, a table larger than memory, a cold cache.
 */
import { randomBytes } from 'node:crypto';
import { cpus, totalmem } from 'node:os';
import type { Pool } from 'pg';
import { createAuditSigner } from '../src/crypto/audit-chain.js';
import { migrateUp, readMigrations } from '../src/db/base/migrate.js';
import { createMemoryCacheStore } from '../src/platform/cache/memory.js';
import { createRedisCacheStore } from '../src/platform/cache/redis-store.js';
import { createCache, type CacheStore } from '../src/platform/cache/cache.js';
import { loadConfig } from '../src/platform/config.js';
import { createLogger } from '../src/platform/logger.js';
import { createPool } from '../src/platform/pool.js';
import { createRedis } from '../src/platform/cache/redis.js';
import { listUsers } from '../src/db/users/list.js';
import { startOddServer } from '../test/support/servers/cache-redis.js';
import { seedUsersAndAudit } from '../test/support/audit/seed-users-audit.js';
import { waitUntil } from '../test/support/wait-until.js';
import { measure, ms, print, table } from './users-audit/measure.js';
import { benchReads } from './users-audit/reads.js';
import { benchChain, benchWrites } from './users-audit/writes.js';

const config = loadConfig();
const logger = createLogger({ level: 'silent', service: 'bench' });
const signer = createAuditSigner('the secret of a benchmark, long enough');
const sizes = process.argv.slice(2).map(Number);

await main();

async function main(): Promise<void> {
  if (config.databaseUrl === undefined) throw new Error('DATABASE_URL says where to make the database');
  const admin = poolOf(config.databaseUrl, 2);
  const { rows } = await admin.query<{ about: string }>(
    `select split_part(version(), ' on ', 1) || ', fsync ' || current_setting('fsync') || ', shared_buffers '
            || current_setting('shared_buffers') as about`,
  );
  print(
    `${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${rows[0]!.about}`,
  );
  for (const size of sizes.length === 0 ? [100_000, 1_000_000] : sizes)
    await benchSize(admin, config.databaseUrl, size);
  await admin.end();
}

async function benchSize(admin: Pool, databaseUrl: string, size: number): Promise<void> {
  const name = `bench_${randomBytes(4).toString('hex')}`;
  await admin.query(`create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const pool = poolOf(url.href, 50);
  try {
    const folder = 'src/db/migrations';
    await migrateUp(pool, await readMigrations(folder));
    const startedAt = performance.now();
    await seedUsersAndAudit(pool, size, folder);
    print(
      `${size} users and ${size} entries made and indexed in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`,
    );
    await benchReads(pool, size, folder);
    await benchCache(pool);
    await benchChain(pool, signer);
    await benchWrites(pool, signer);
  } finally {
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
  }
}

/** Cost of a list inside the server when it is found in the cache. */
async function benchCache(pool: Pool): Promise<void> {
  const load = () => listUsers(pool, { role: 'ADMIN' }, { limit: 20, position: undefined });
  const uncached = await measure(load);
  const rows = [['PostgreSQL', ms(uncached.meanMs), ms(uncached.p95Ms)]];
  const add = async (where: string, store: CacheStore): Promise<void> => {
    const outcomes: Record<string, number> = {};
    const count = (_namespace: string, outcome: string) =>
      void (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1);
    const cache = createCache({ store, metrics: { count }, isListening: () => true });
    await waitUntil(async () => (await cache.read('users', 'bench', load), outcomes['hit']), {
      what: 'a hit',
    });
    const hit = await measure(() => cache.read('users', 'bench', load));
    rows.push([`hit in ${where}`, hit.meanMs.toFixed(3), hit.p95Ms.toFixed(3)]);
  };
  await add('memory', createMemoryCacheStore());
  if (config.redisUrl !== undefined) {
    const shared = createRedis({ url: config.redisUrl, logger });
    await waitUntil(async () => shared.isReady, { what: 'Redis' });
    await add('Redis', createRedisCacheStore(shared));
    shared.destroy();
  }
  const silent = await startOddServer(() => undefined);
  const redis = createRedis({ url: silent.url, logger });
  const cache = createCache({
    store: createRedisCacheStore(redis),
    metrics: { count: () => undefined },
    isListening: () => true,
  });
  const past = await measure(() => cache.read('users', 'bench', load));
  rows.push(['past a Redis that never answers', ms(past.meanMs), ms(past.p95Ms)]);
  redis.destroy();
  silent.stop();
  table(['a page of users', 'mean ms', 'p95 ms'], rows);
}

function poolOf(databaseUrl: string, max: number): Pool {
  return createPool({ databaseUrl, max, applicationName: 'bench', logger, statementTimeoutMs: 600_000 });
}
