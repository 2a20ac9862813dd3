import {
  contentHash,
  createAuditSigner,
  GENESIS_HASH,
  linkHash,
  type AuditContent,
} from '../../../src/crypto/audit-chain.js';
import {
  AUDIT_FILE_FORMAT,
  verifyAuditRecords,
  type AuditFileVerdict,
  type AuditRecord,
} from '../../../src/crypto/audit-file.js';
import { auditCsvHead, csvRows, readAuditCsv, writeAuditCsv } from '../../../src/crypto/audit-csv.js';

const signer = createAuditSigner('a secret of this test');

interface Mark {
  readonly id: string;
  readonly hides?: string;
  readonly isDeleted?: boolean;
  /** Of it the file has only the hashes. */
  readonly isLink?: boolean;
}

function contentOf({ id, hides }: Mark): AuditContent {
  return {
    id,
    timestamp: '2026-01-01T00:00:00.000000Z',
    before: null,
    after: null,
    origin: null,
    actorId: null,
    actorName: 'Ada',
    actorEmail: null,
    actorRole: 'ADMIN',
    reason: null,
    requestId: null,
    action: hides === undefined ? 'created' : 'deleted',
    resourceType: hides === undefined ? 'user' : 'audit_log',
    resourceId: hides ?? 'usr_1',
  };
}

/** A file whose chain and signature are right, whatever its marks say. */
function fileOf(marks: readonly Mark[]): AuditRecord[] {
  let hash = GENESIS_HASH;
  const records = marks.map((entry, index): AuditRecord => {
    const content = contentOf(entry);
    const [seq, hashOfContent] = [index + 1, contentHash(content)];
    hash = linkHash(seq, hash, hashOfContent);
    if (entry.isLink) return { type: 'link', seq, hash, contentHash: hashOfContent };
    return { type: 'entry', seq, hash, entry: content, isDeleted: entry.isDeleted ?? false };
  });
  return [
    { type: 'header', format: AUDIT_FILE_FORMAT, after: { seq: 0, hash: GENESIS_HASH } },
    ...records,
    { type: 'checkpoint', checkpoint: signer.sign(marks.length, hash, '2026-01-01T00:00:00Z') },
  ];
}

async function* streamOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* await Promise.resolve(items);
}

async function* throughCsv(records: readonly AuditRecord[]): AsyncGenerator<AuditRecord> {
  let isHead = true;
  for await (const cells of csvRows(streamOf([auditCsvHead, ...records.map(writeAuditCsv)]))) {
    if (!isHead) yield readAuditCsv(cells) as AuditRecord;
    isHead = false;
  }
}

const brokenIn = (verdict: AuditFileVerdict) => verdict.firstBroken ?? null;

test.each<[string, Mark[], ReturnType<typeof brokenIn>]>([
  ['nothing hidden', [{ id: 'a' }, { id: 'b' }], null],
  [
    'an entry and what hid it',
    [
      { id: 'a', isDeleted: true },
      { id: 'b', hides: 'a' },
    ],
    null,
  ],
  [
    'what hid an entry before that entry',
    [
      { id: 'b', hides: 'a' },
      { id: 'a', isDeleted: true },
    ],
    null,
  ],
  ['what hid an entry from before the file', [{ id: 'b', hides: 'z' }], null],
  [
    'an entry shown before what hid it',
    [{ id: 'a' }, { id: 'b' }, { id: 'c', hides: 'a' }],
    { seq: 1, id: 'a', reason: 'shown_though_hidden' },
  ],
  [
    'an entry shown after what hid it',
    [{ id: 'b', hides: 'a' }, { id: 'a' }],
    { seq: 2, id: 'a', reason: 'shown_though_hidden' },
  ],
  [
    'an entry shown in a file that leaves others out',
    [{ id: 'a' }, { id: 'b', isLink: true }, { id: 'c', hides: 'a' }],
    { seq: 1, id: 'a', reason: 'shown_though_hidden' },
  ],
  [
    'an entry that nothing hid',
    [{ id: 'a' }, { id: 'b', isDeleted: true }, { id: 'c', hides: 'a2' }],
    { seq: 2, id: 'b', reason: 'hidden_without_entry' },
  ],
  [
    'an entry hidden by what may be left out',
    [
      { id: 'a', isDeleted: true },
      { id: 'b', isLink: true },
    ],
    null,
  ],
  [
    'a hidden entry that hid another one',
    [
      { id: 'a', isDeleted: true },
      { id: 'b', hides: 'a', isDeleted: true },
      { id: 'c', hides: 'b' },
    ],
    null,
  ],
])('the marks of %s are judged', async (_what, marks, broken) => {
  const records = fileOf(marks);
  expect(brokenIn(await verifyAuditRecords(() => streamOf(records)))).toEqual(broken);
  expect(brokenIn(await verifyAuditRecords(() => throughCsv(records)))).toEqual(broken);
});
