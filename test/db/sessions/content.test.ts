import { loadSessionContent } from '../../../src/db/sessions/content.js';
import { storeBlob } from '../../../src/db/runs/blobs.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { givenUser } from '../../support/people.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const text = async (session: SeededSession, content: string): Promise<string> =>
  (await storeBlob(database.pool, session.id, { content, contentType: 'text/markdown' })).sha256;
const load = ({ id }: SeededSession, hashes: readonly string[]) =>
  loadSessionContent(database.pool, { sessionId: id, phase: 1, step: 'THINK' }, hashes);

test('a step gets the texts that it asks for, and no other of its session', async () => {
  const { userId } = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, userId, { topic: 'Bakeries' });
  const [first, second] = [await text(session, 'first ünïcode'), await text(session, 'second')];
  await text(session, 'not asked for');
  const content = await load(session, [first, second, first]);
  expect(content).toMatchObject({
    topic: 'Bakeries',
    language: 'en',
    templateName: 'minimal',
    limited: false,
  });
  expect([...content!.texts]).toEqual(
    expect.arrayContaining([
      [first, 'first ünïcode'],
      [second, 'second'],
    ]),
  );
  expect(content!.texts.size).toBe(2);
  expect((await load(session, []))!.texts.size).toBe(0);
});

test.each([
  [{ maxTokens: 100 }, true],
  [{ maxCostUsd: 1 }, true],
  [{}, false],
])('a session with the budget %j is limited: %s', async (budget, limited) => {
  const { userId } = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, userId, { budget });
  expect((await load(session, []))?.limited).toBe(limited);
});

test('outputs that a reviewer wrote are those of this session, and a session that is gone has no content', async () => {
  const { pool } = database;
  const { userId } = await givenUser(pool);
  const [session, beside] = [
    await SeededSession.create(pool, userId),
    await SeededSession.create(pool, userId),
  ];
  const edited = await text(session, 'edited');
  await pool.query(
    `insert into gates (id, run_id, phase, phase_title, attempt, status, output_digest, edited_sha256, opened_at)
     values ('gate_a', $1, 1, 'Understand', 1, 'approved', $3, $3, now()),
            ('gate_b', $2, 1, 'Understand', 1, 'approved', $3, null, now())`,
    [session.id, beside.id, edited],
  );
  expect([...(await load(session, []))!.edited]).toEqual([edited]);
  expect([...(await load(beside, []))!.edited]).toEqual([]);
  await pool.query('delete from runs where id = $1', [session.id]);
  expect(await load(session, [])).toBeUndefined();
});
