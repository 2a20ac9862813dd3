import { recordAudit } from '../db/audit/log.js';
import { withTransaction } from '../db/base/transaction.js';
import { forgetTemporalHome } from '../db/runs/temporal-home.js';
import type { Config } from '../platform/config.js';
import { withDatabase } from './database.js';
import type { Terminal } from './terminal.js';

/** Says that the Temporal which the workers see is the right one. Its maintenance goes on with the next look. */
export async function adoptTemporal(config: Config, terminal: Terminal): Promise<void> {
  const before = await withDatabase(config, (pool) =>
    withTransaction(pool, async (tx) => {
      const was = await forgetTemporalHome(tx);
      await recordAudit(tx, {
        actor: { system: 'command line' },
        action: 'temporal_adopted',
        resourceType: 'setting',
        resourceId: 'temporal',
        ...(was === undefined ? {} : { before: { namespaceId: was.namespaceId, problem: was.problem } }),
      });
      return was;
    }),
  );
  terminal.err(
    before === undefined
      ? 'No Temporal was known yet.'
      : `The namespace "${before.namespace}" (${before.namespaceId}) is forgotten.`,
  );
  terminal.err('The next one that a worker sees is the one of this database.');
}
