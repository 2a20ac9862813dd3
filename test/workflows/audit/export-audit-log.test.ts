import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditVerifyCommand } from '../../../src/cli/audit-verify.js';
import type { AuditExportFormat } from '../../../src/contracts/audit/export.js';
import type { AuditFileVerdict } from '../../../src/crypto/audit-file.js';
import type { AuditFilters } from '../../../src/contracts/audit/log.js';
import { newId } from '../../../src/contracts/ids.js';
import { taskQueues, workflowIdOf } from '../../../src/contracts/names.js';
import { runKinds } from '../../../src/contracts/run-kinds.js';
import type { RunOutcome } from '../../../src/contracts/runs/run.js';
import { pruneAuditLog } from '../../../src/db/audit/retention.js';
import { seal, tamper, testAuditKeys, writeEntry } from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';
import { hideEntryOf } from '../../support/audit/hide-entry.js';
import { contentOf } from '../../support/servers/object-stores.js';
import { startRun } from '../../support/runs.js';
import { withWorker } from '../../support/workers/worker.js';
import { storeHistory } from '../../support/store-history.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const temporal = useTemporal();
const everything: AuditFilters = { includeDeleted: false };
let folder: string;
/** An export of everything as NDJSON. */
let whole: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
  await writeEntries();
  whole = await exported('ndjson', everything);
});

// Some tests hide entries or take the beginning away.
beforeEach(async () => {
  await tamper(database.pool, `delete from audit_logs; ${UNSEAL}`);
  await writeEntries();
});

afterAll(() => rm(folder, { recursive: true }));

/** Every entry waits to be sealed again, from the first on. */
const UNSEAL = `delete from audit_chain; delete from audit_segments; delete from audit_unsealed;
  insert into audit_unsealed select id from audit_logs;
  update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex'), segment_first_seq = 1`;

async function writeEntries(): Promise<void> {
  const awkward = {
    name: '=cmd()',
    note: 'a "quoted", text\r\nin two lines',
    empty: '',
    deep: { list: [1.5, null] },
  };
  for (let index = 0; index < 12; index += 1) {
    await writeEntry(database.pool, {
      action: index % 3 === 0 ? 'updated' : 'created',
      resourceId: `usr_${index}`,
      before: { name: `n${index}`, empty: 'x' },
      after: awkward,
      ...(index % 2 === 0 ? { reason: "'=1+1" } : {}),
    });
  }
}

/** Runs the job on a worker and gives the file that it made. */
async function exported(
  format: AuditExportFormat,
  filters: AuditFilters,
  maxCachedWorkflows?: number,
): Promise<string> {
  const owner = await givenUser(database.pool);
  const id = newId('job');
  const run = {
    id,
    kind: 'audit-export',
    ownerId: owner.userId,
    title: 'Audit log',
    input: {},
    workflowInput: { runId: id, format, filters },
    workflowId: workflowIdOf('audit-export', id),
    workflowType: runKinds['audit-export'].workflowType,
    taskQueue: taskQueues.flow,
  };
  const options = maxCachedWorkflows === undefined ? {} : { limits: { maxCachedWorkflows } };
  return withWorker(database, temporal, options, async () => {
    await startRun(database.pool, temporal.client, run);
    const outcome = (await temporal.client.workflow.getHandle(run.workflowId).result()) as RunOutcome;
    expect(outcome.status).toBe('completed');
    await storeHistory(temporal.client, run.workflowId, 'exportAuditLog');
    const file = join(folder, `${id}.${format}`);
    await writeFile(file, await contentOf(outcome.result));
    return file;
  });
}

async function verdictOn(file: string, key?: string): Promise<AuditFileVerdict> {
  let said = '';
  const terminal = { out: (line: string) => void (said += line) };
  const valid = await auditVerifyCommand(
    file,
    { json: true, ...(key === undefined ? {} : { key }) },
    terminal,
  );
  const verdict = JSON.parse(said) as AuditFileVerdict;
  expect(verdict.valid).toBe(valid);
  return verdict;
}

async function edited(file: string, edit: (lines: string[]) => string[]): Promise<string> {
  const copy = file.replace('.', '-edited.');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  await writeFile(copy, `${edit(lines).join('\n')}\n`);
  return copy;
}

test.each<[AuditExportFormat, number | undefined]>([
  ['ndjson', undefined],
  ['ndjson', 0],
  ['csv', undefined],
])('an export as %s (cached workflows: %s) is found whole without a server', async (format, cached) => {
  const verdict = await verdictOn(await exported(format, everything, cached), testAuditKeys.signer.publicKey);
  expect(verdict).toMatchObject({ valid: true, firstSeq: 1, entries: 12, links: 0 });
});

test('what a filter leaves out stands in the file as hashes, and the chain holds', async () => {
  const file = await exported('ndjson', { ...everything, action: 'updated' });
  expect(await verdictOn(file)).toMatchObject({ valid: true, firstSeq: 1, entries: 4, links: 6 });
  expect(await readFile(file, 'utf8')).not.toContain('usr_1"');
});

test('an export of nothing is a file that says so', async () => {
  const file = await exported('csv', { ...everything, actorId: 'usr_nobody' });
  expect(await verdictOn(file)).toMatchObject({ valid: true, firstSeq: null, entries: 0, links: 0 });
});

test('a formula in an entry is no formula in the spreadsheet', async () => {
  const text = await readFile(await exported('csv', everything), 'utf8');
  expect(text).toContain(`''=1+1`);
  expect(text).not.toMatch(/(^|,)"?[=+@]/m);
});

test.each<[string, (lines: string[]) => string[], { seq: number; reason: string }]>([
  [
    'a changed entry',
    (lines) => lines.with(5, lines[5]!.replace('usr_', 'usr_9')),
    { seq: 5, reason: 'content_changed' },
  ],
  ['a deleted entry', (lines) => lines.toSpliced(7, 1), { seq: 7, reason: 'sequence_gap' }],
  [
    'two entries in swapped order',
    (lines) => lines.with(3, lines[4]!).with(4, lines[3]!),
    { seq: 3, reason: 'sequence_gap' },
  ],
  ['an entry twice', (lines) => lines.toSpliced(3, 0, lines[3]!), { seq: 4, reason: 'sequence_gap' }],
  ['an end that was cut off', (lines) => lines.slice(0, -1), { seq: 13, reason: 'tail_missing' }],
  [
    'an end that was cut off before the checkpoint',
    (lines) => lines.toSpliced(11, 2),
    { seq: 11, reason: 'tail_missing' },
  ],
  [
    'a checkpoint with another time',
    (lines) => lines.with(-1, lines.at(-1)!.replace('"signedAt":"2', '"signedAt":"3')),
    { seq: 12, reason: 'checkpoint_invalid' },
  ],
])('%s in the file is named', async (_what, edit, broken) => {
  expect((await verdictOn(await edited(whole, edit))).firstBroken).toMatchObject(broken);
});

test('a file that another installation signed is refused when the key is known', async () => {
  expect((await verdictOn(whole, '00'.repeat(32))).firstBroken).toMatchObject({
    reason: 'checkpoint_key_unknown',
  });
});

test('a file that is none of ours is refused in one sentence', async () => {
  const file = join(folder, 'other.ndjson');
  await writeFile(file, '{"hello":1}\n');
  await expect(verdictOn(file)).rejects.toThrow(/^not an exported audit log: /);
  await expect(verdictOn(join(folder, 'absent.ndjson'))).rejects.toThrow(
    /^cannot read .*: there is no such file$/,
  );
});

/** The line of an entry with another mark, in either format: the heads take one line or two. */
function remarked(line: string, isDeleted: boolean): string {
  return line.replace(/(true|false)([,}]\r?)$/, `${isDeleted}$2`);
}

test.each<[AuditExportFormat, number, string]>([
  ['ndjson', 1, 'usr_3'],
  ['csv', 2, 'usr_6'],
])('an altered mark of a hidden entry in a file as %s is named', async (format, heads, resourceId) => {
  await hideEntryOf(database.pool, resourceId);
  const file = await exported(format, { includeDeleted: true });
  expect(await verdictOn(file)).toMatchObject({ valid: true, links: 0 });
  const lines = (await readFile(file, 'utf8')).split('\n');
  const hidden = lines.findIndex((line) => /true[,}]\r?$/.test(line));
  const shown = hidden + 1;
  const brought = await edited(file, (all) => all.with(hidden, remarked(all[hidden]!, false)));
  expect((await verdictOn(brought)).firstBroken).toMatchObject({
    seq: hidden - heads + 1,
    reason: 'shown_though_hidden',
  });
  const taken = await edited(file, (all) => all.with(shown, remarked(all[shown]!, true)));
  expect((await verdictOn(taken)).firstBroken).toMatchObject({
    seq: shown - heads + 1,
    reason: 'hidden_without_entry',
  });
});

test('after retention an export begins at the signed end of what was pruned', async () => {
  await tamper(database.pool, `update audit_logs set timestamp = timestamp - interval '9 days'`);
  await tamper(database.pool, UNSEAL);
  await seal(database.pool, 4);
  expect(await pruneAuditLog(database.pool, { keepDays: 5 })).toBeGreaterThan(0);
  const verdict = await verdictOn(await exported('ndjson', everything));
  expect(verdict).toMatchObject({ valid: true, entries: 1 });
});
