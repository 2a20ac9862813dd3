import { insertRunGate } from '../../src/db/notifications/run-gates.js';
import { newId } from '../../src/contracts/ids.js';
import { SeededSession } from '../api/sessions/reads-fixture.js';
import { insertSessions } from '../support/many-sessions.js';
import { useShop } from '../support/sql/shop.js';
import { waitUntil } from '../support/wait-until.js';
import { axeViolations, noFaults, scrolledSideways, useConsole } from './console-house.js';
import { createApiUser } from '../support/people.js';

const shop = useShop();
const env = { SQL_DATA_SOURCES: JSON.stringify([shop.source]), SQL_CONFIRM_ROWS: '10000' };
const house = useConsole({ env });
const pool = () => house.database.pool;
const large = (rows: number): string => `select n as large_${rows} from generate_series(1, ${rows}) as n`;

// An administrator sees what waits for others, too.
afterEach(() => pool().query('delete from runs; delete from sql_questions'));

const ask = (token: string, sql: string) =>
  house.api.send('/api/v1/sql/cache/execute-async', { method: 'POST', token, body: { sql } });

const openOf = async (token: string): Promise<unknown[]> =>
  (await house.api.send('/api/v1/sql/confirmations', { token })).body['items'] as unknown[];

/** A run of notifications that waits after its first offices. */
async function waitingRun(ownerId: string): Promise<void> {
  const id = newId('job');
  await pool().query(
    `insert into runs (id, kind, owner_id, title, status, workflow_id, workflow_type, task_queue)
     values ($1, 'deadline-run', $2, 'Notifications of today', 'running', $3, 'x', 'flow')`,
    [id, ownerId, `deadline-run:${id}`],
  );
  await insertRunGate(pool(), {
    id: newId('gate'),
    runId: id,
    title: 'The first offices',
    digest: 'd'.repeat(64),
  });
}

test('the inbox holds everything that waits for a person: decisions, manual steps, failed steps, runs and large statements', async () => {
  const { token, id } = await createApiUser(house.database, 'ADMIN');
  const [gate, manual, failed] = [
    await SeededSession.create(pool(), id, { topic: 'waits at its gate' }),
    await SeededSession.create(pool(), id, { topic: 'waits for its next step', autoSteps: false }),
    await SeededSession.create(pool(), id, { topic: 'waits for help' }),
  ];
  await gate.phase();
  await gate.openGate();
  await manual.step();
  await failed.fail();
  await waitingRun(id);
  await ask(token, large(20_000));
  const { page, faults } = await house.visit('/inbox', { token });
  const kinds = {
    'waits at its gate': 'Waiting for you',
    'waits for its next step': 'Waiting for you',
    'waits for help': 'Needs attention',
    'Notifications of today': 'Waiting for you',
    'select n as large_20000': 'About 20,000 rows',
  };
  const rows = page.locator('.inbox-row');
  await rows.nth(4).waitFor();
  for (const [title, word] of Object.entries(kinds)) {
    const row = rows.filter({ hasText: title });
    await row.first().waitFor();
    expect([title, await row.count()]).toEqual([title, 1]);
    expect(await row.textContent()).toContain(word);
  }
  // The most urgent thing stands first: it alone has a deadline.
  expect(await rows.first().textContent()).toContain('large_20000');
  await waitUntil(async () => (await page.title()).startsWith('(5) Inbox'), {
    what: 'the count in the title',
  });
  expect(await page.locator('nav .count-waiting').textContent()).toBe('5');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeViolations(page)).toEqual([]);
  }
  expect(faults).toEqual(noFaults);
});

test('of more than 100 sessions that wait the inbox says that it holds the newest, and loads the others', async () => {
  const { token, id } = await createApiUser(house.database);
  const model = await SeededSession.create(pool(), id, { topic: 'the oldest that waits' });
  await model.fail();
  const others = await insertSessions(pool(), { model: model.id, count: 104, status: 'running' });
  await pool().query(
    `update runs set status = model.status from runs as model where model.id = $1 and runs.id = any($2)`,
    [model.id, others],
  );
  const { page, faults } = await house.visit('/inbox', { token });
  const count = page.locator('.inbox-list h1 .count');
  await page.getByText('More waits. These are the newest 100 of each kind.').waitFor();
  expect(await count.textContent()).toBe('100+');
  expect(await page.locator('nav .count-waiting').textContent()).toBe('99+');
  // A row that is drawn above the button may move it, and a button that moves loses its click.
  await page.locator('.inbox-list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await page.locator('[aria-posinset="100"]').waitFor();
  await page.getByRole('button', { name: 'Load more' }).click();
  await count.getByText('105', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
  // The longest wait comes first, so it stands above those that were there before.
  await page.locator('.inbox-list').evaluate((list) => list.scrollTo(0, 0));
  await page.locator('[aria-posinset="1"] .inbox-row', { hasText: 'the oldest that waits' }).waitFor();
  expect(faults).toEqual(noFaults);
});

test('a large statement comes into the open inbox by itself, is run or dropped there, and leaves the other page as well', async () => {
  const { token } = await createApiUser(house.database);
  const { page, faults } = await house.visit('/inbox', { token });
  const elsewhere = await house.visit('/settings', { token });
  await page.getByText('Nothing waits for you').waitFor();
  await page.locator('.live-live').waitFor();
  await ask(token, large(30_000));
  await page.locator('.inbox-row', { hasText: 'large_30000' }).waitFor();
  await waitUntil(async () => (await elsewhere.page.title()).startsWith('(1)'), { what: 'the other title' });
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByText('30,000').waitFor();
  await preview.getByText('the plan of the database').waitFor();
  await page.getByRole('button', { name: 'Do not run' }).click();
  await page.getByText('The statement is not run.').waitFor();
  await page.getByText('Nothing waits for you').waitFor();
  await waitUntil(async () => !(await elsewhere.page.title()).startsWith('('), { what: 'the other title' });
  expect(await openOf(token)).toEqual([]);

  await ask(token, large(40_000));
  await page.locator('.inbox-row', { hasText: 'large_40000' }).waitFor();
  await page.keyboard.press('a');
  await page.getByText('The statement runs.').waitFor();
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.waitForURL(/\/sql\/sql_/);
  expect(await openOf(token)).toEqual([]);
  expect(faults).toEqual(noFaults);
});

test('on a phone the row of a large statement opens its question, which stays when it is only closed', async () => {
  const { token } = await createApiUser(house.database);
  await ask(token, large(50_000));
  const viewport = { width: 390, height: 844 };
  const { page, faults } = await house.visit('/inbox', { token, viewport, locale: 'ja-JP' });
  await page.locator('.inbox-row', { hasText: 'large_50000' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('確認するまで何も実行されません。').waitFor();
  await dialog.getByText('50,000').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(await scrolledSideways(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await openOf(token)).toHaveLength(1);
  await page.goBack();
  await page.locator('.inbox-row', { hasText: 'large_50000' }).click();
  await dialog.getByRole('button', { name: '実行しない' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await openOf(token)).toEqual([]);
  expect(faults).toEqual(noFaults);
});
