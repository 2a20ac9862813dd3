import { withTransaction } from '../../../src/db/base/transaction.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import { useDatabase } from '../../support/servers/database.js';
import { openTcpGate } from '../../support/servers/tcp-gate.js';

const database = useDatabase();

test('a connection whose other side vanished fails its statement in time, and is not used again', async () => {
  const url = new URL(database.url);
  const gate = await openTcpGate(url.host);
  const databaseUrl = Object.assign(new URL(url), { host: gate.address }).href;
  const pool = createPool({
    databaseUrl,
    max: 2,
    applicationName: 'half-open',
    logger: createLogger({ level: 'silent', service: 'test' }),
    statementTimeoutMs: 500,
  });
  try {
    await Promise.all([pool.query('select 1'), pool.query('select pg_sleep(0.1)')]);
    gate.freeze();
    await expect(pool.query('select 1')).rejects.toThrow('Query read timeout');
    await expect(withTransaction(pool, (tx) => tx.query('select 1'))).rejects.toThrow('Query read timeout');
    expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  } finally {
    await gate.close();
    await pool.end();
  }
});
