import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const folder = resolve(import.meta.dirname, '../histories');

/**
 * With `SLUICE_STORE_HISTORIES=<version>` a test leaves the history of a workflow under test/histories, where
 * every later version replays it. A stored history is never written again: it is the true output of that
 * version.
 */
export async function storeHistory(
  client: Client,
  workflowId: string,
  workflow: string,
  story = '',
): Promise<void> {
  const version = process.env['SLUICE_STORE_HISTORIES'];
  if (version === undefined) return;
  const path = resolve(folder, workflow, `${version}${story === '' ? '' : `-${story}`}.json`);
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  writeFileSync(path, `${JSON.stringify(JSON.parse(historyToJSON(history), withoutPlace), null, 1)}\n`);
}

/** Where it ran is nobody's business, and no replay looks at it. */
function withoutPlace(key: string, value: unknown): unknown {
  if (key === 'identity') return 'worker';
  if (key === 'stackTrace') return '';
  return typeof value === 'string' ? value.replace(/^\d+@[\w.]+-/, 'worker-') : value;
}
