import type { Page } from 'playwright-core';
import { newId } from '../../src/contracts/ids.js';
import { SeededSession } from '../api/sessions/reads-fixture.js';
import { writeEntry } from '../support/audit/entries.js';
import { waitUntil } from '../support/wait-until.js';
import { axeViolations, expectWindowed, noFaults, scrolledSideways, useConsole } from './console-house.js';
import { createApiUser } from '../support/people.js';

const house = useConsole();

test('an administrator adds a user, gives them a key that is shown once, and finds all of it in the log', async () => {
  const { page, faults } = await house.visit('/users', { role: 'ADMIN' });
  await page.getByRole('button', { name: 'Add a user' }).click();
  const form = page.getByRole('dialog', { name: 'Add a user' });
  await form.getByLabel('Name').fill('Grace Hopper');
  await form.getByLabel('E-mail').fill('grace@example.test');
  await form.getByRole('button', { name: 'Add a user' }).click();

  const person = page.getByRole('dialog', { name: 'Grace Hopper' });
  await person.getByLabel('Name of a new key').fill('laptop');
  await person.getByRole('button', { name: 'Make a key' }).click();
  const secret = await person.locator('.secret').textContent();
  expect(secret).toMatch(/^slk_/);
  const answer = await house.api.send('/api/v1/me', { token: secret ?? '' });
  expect(answer.body['email']).toBe('grace@example.test');

  await person.getByLabel('Role').selectOption('ADMIN');
  await person.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The user is saved.').waitFor();
  await page.reload();
  expect(await person.locator('.secret').count()).toBe(0);
  await person.getByRole('button', { name: 'Revoke' }).click();
  await person.getByRole('button', { name: 'Revoke for good?' }).click();
  await person.locator('[data-status=revoked]').waitFor();

  await page.goto(`${house.api.url}/audit?resourceType=user`);
  await page.locator('.audit-list summary').first().click();
  await page.locator('.audit-detail ins').first().waitFor();
  await page.locator('.page-head').getByRole('button', { name: 'Check the whole log' }).click();
  await page.locator('.verify-whole').waitFor();
  expect(faults).toEqual(noFaults);
});

test('entries of the log are narrowed to one thing and to a time, both in the address', async () => {
  const { page, faults } = await house.visit('/users', { role: 'ADMIN' });
  const ids = await page.evaluate(async () => {
    const add = async (name: string): Promise<string> => {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': name };
      const body = JSON.stringify({ name, email: `${name}@example.test` });
      const answer = await fetch('/api/v1/users', { method: 'POST', headers, body });
      return ((await answer.json()) as { id: string }).id;
    };
    return [await add('one'), await add('two')];
  });
  await page.goto(`${house.api.url}/audit?resourceType=user`);
  const entry = (id: string) => page.locator('.audit-entry', { hasText: id });
  await entry(ids[0]!).locator('summary').click();
  await entry(ids[0]!).getByRole('button', { name: 'All entries about it' }).click();
  await page.waitForURL((url) => url.searchParams.get('resourceId') === ids[0]);
  await entry(ids[1]!).waitFor({ state: 'detached' });
  await page.locator('.chip-removable').getByRole('button', { name: 'Remove' }).click();
  await entry(ids[1]!).waitFor();

  await page.getByLabel('Until').fill('2020-01-01T09:30');
  await page.waitForURL((url) => url.searchParams.has('to'));
  await page.getByText('No entry matches').waitFor();
  await page.reload();
  expect(await page.getByLabel('Until').inputValue()).toBe('2020-01-01T09:30');
  await page.getByLabel('Until').fill('');
  await entry(ids[1]!).waitFor();

  const closed = { action: 'closed', resourceType: 'session', resourceId: 'ses_left_behind' } as const;
  await writeEntry(house.database.pool, { actor: { system: 'temporal' }, ...closed });
  await page.goto(`${house.api.url}/audit`);
  await page.getByRole('button', { name: 'system: temporal' }).click();
  await page.waitForURL((url) => url.searchParams.get('actorId') === 'system:temporal');
  await entry(ids[1]!).waitFor({ state: 'detached' });
  await entry(closed.resourceId).waitFor();
  expect(faults).toEqual(noFaults);
});

test('a change of a user that somebody else changed meanwhile is not taken, and says why', async () => {
  const { page } = await house.visit('/users', { role: 'ADMIN' });
  const made = await page.evaluate(async () => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'one' };
    const body = JSON.stringify({ name: 'Edsger', email: 'edsger@example.test' });
    return (await (await fetch('/api/v1/users', { method: 'POST', headers, body })).json()) as { id: string };
  });
  await page.goto(`${house.api.url}/users?user=${made.id}`);
  const person = page.getByRole('dialog', { name: 'Edsger' });
  await person.getByRole('textbox', { name: 'Name', exact: true }).fill('Somebody else');
  await house.database.pool.query('update users set version = version + 1 where id = $1', [made.id]);
  await person.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody changed it since you read it.').waitFor();
});

test('an administrator adds a webhook, whose secret is shown once, and switches it off', async () => {
  const { page } = await house.visit('/webhooks', { role: 'ADMIN' });
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Address').fill('https://hooks.example.com/in');
  await form.getByRole('button', { name: 'Add a webhook' }).click();
  expect(await form.locator('.secret').textContent()).toMatch(/^whsec_/);
  await form.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'https://hooks.example.com/in' }).click();
  const webhook = page.getByRole('dialog', { name: 'Webhook' });
  await webhook.getByRole('button', { name: 'Switch off' }).click();
  await webhook.locator('[data-status=inactive]').waitFor();

  await webhook.getByRole('button', { name: 'New secret' }).click();
  await webhook.getByText('signed with both secrets').waitFor();
  await webhook.getByRole('button', { name: 'Make a new secret' }).click();
  await webhook.locator('.secret').waitFor();
  const [stored] = (await house.database.pool.query('select id from webhooks')).rows as { id: string }[];
  expect(await webhook.locator('.secret').textContent()).toMatch(/^whsec_/);
  const actions = await house.database.pool.query(
    `select action from audit_logs where resource_type = 'webhook' and resource_id = $1`,
    [stored!.id],
  );
  expect(actions.rows).toContainEqual({ action: expect.stringContaining('secret') });

  await house.database.pool.query(
    `insert into webhook_deliveries (webhook_id, event_type, body, status, finished_at)
     select $1, 'webhook.test', '{}', 'delivered', now() from generate_series(1, 120)`,
    [stored!.id],
  );
  await house.database.pool.query(
    `with lost as (
       insert into webhook_deliveries (webhook_id, event_type, body, status, attempts, finished_at)
       values ($1, 'webhook.test', '{}', 'failed', 1, now()) returning id)
     insert into webhook_attempts (delivery_id, attempt, finished_at, error, detail)
     select id, 1, now(), 'unresolved', 'the name does not resolve' from lost`,
    [stored!.id],
  );
  await page.reload();
  const lost = webhook.locator('.letter', { hasText: 'host not found: check the address' });
  await lost.locator('summary').click();
  await lost.getByText('Try 1').waitFor();
  expect(await lost.getByText('unresolved').count()).toBe(0);
  await lost.locator('summary').click();
  await expectWindowed(page, { row: '.letter', frame: '.dialog-content', count: 121 });
});

/** Reports that failed in one way. Gives who asked for them. */
async function deadJobs(count: number, code = 'storage_unavailable'): Promise<string> {
  const { id: owner } = await createApiUser(house.database);
  for (let each = 1; each <= count; each += 1) {
    const id = newId('job');
    await house.database.pool.query(
      `with failed as (
         insert into runs (id, kind, owner_id, title, status, error, workflow_id, workflow_type, task_queue, finished_at)
         values ($1, 'report', $2, $3, 'failed',
                 jsonb_build_object('code', $5::text, 'message', 'The store does not answer.'),
                 'report:' || $1, 'generateReport', 'flow', now())
         returning id, kind, input, error)
       insert into dead_letters (id, run_id, kind, input, errors)
       select $4, id, kind, input, jsonb_build_array(error) from failed`,
      [id, owner, `Report ${each} <b>bold</b>`, newId('deadLetter'), code],
    );
  }
  return owner;
}

test('failures of one kind stand in one line, and are tried again together after a dry run', async () => {
  const owner = await deadJobs(3);
  const { page, faults } = await house.visit('/operations', { role: 'ADMIN' });
  const line = page.locator('.letters > li', { hasText: 'storage_unavailable' });
  await line.locator('summary').click();
  await line.getByText('Report 1 <b>bold</b>').waitFor();
  expect(await line.locator('b').count()).toBe(0);
  await line.getByRole('button', { name: 'Try 3 again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Try again' });
  await dialog.getByText('3 of 3 would be tried again.').waitFor();
  const jobsOf = async (): Promise<number> =>
    (await house.database.pool.query('select from runs where owner_id = $1', [owner])).rows.length;
  expect(await jobsOf()).toBe(3);
  await dialog.getByRole('button', { name: 'Try 3 again' }).click();
  await page.getByText('3 are tried again.').waitFor();
  expect(await jobsOf()).toBe(6);
  await line.waitFor({ state: 'detached' });
  await page.getByRole('group', { name: 'Queues and slots' }).getByText('llm').waitFor();
  expect(faults).toEqual(noFaults);
});

test('all dead letters of a cause are counted and done again together, also those that are not loaded', async () => {
  const owner = await deadJobs(60, 'section_failed');
  const { page, faults } = await house.visit('/reports?tab=dead-letters', { role: 'ADMIN' });
  const cause = page.locator('.cause', { hasText: 'section_failed' });
  await cause.getByRole('button', { name: 'Do all 60 again' }).waitFor();
  expect(await cause.locator('.count').textContent()).toBe('60');
  expect(await cause.locator('.letters > li').count()).toBe(50);
  await cause.getByRole('button', { name: 'Do all 60 again' }).click();
  await page.getByText('60 jobs started again.').waitFor();
  await cause.waitFor({ state: 'detached' });
  const { rows } = await house.database.pool.query(
    `select count(distinct replayed_as) from dead_letters
       join runs on runs.id = dead_letters.run_id where owner_id = $1`,
    [owner],
  );
  expect(rows).toEqual([{ count: 60 }]);
  expect(faults).toEqual(noFaults);
});

test('a question of the operator that fails is told once, in its own part of the page', async () => {
  const { page } = await house.visit('/settings', { role: 'ADMIN' });
  const failure = { code: 'internal_error', title: 'Failed', status: 500, requestId: 'req_once' };
  await page.route(/cot-sessions\/metrics/, (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', json: failure }),
  );
  await page.goto(`${house.api.url}/operations`);
  await page.getByRole('alert').getByText('req_once').first().waitFor();
  await page.getByRole('group', { name: 'What is kept' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  expect(await page.locator('.live-failing').count()).toBe(0);
});

test('the operator sees what ended and failed over time, each part in a table as well, and what is kept', async () => {
  const { id: owner, token } = await createApiUser(house.database, 'ADMIN');
  const session = await SeededSession.create(house.database.pool, owner);
  await session.step({ durationMs: 4_000 });
  await session.fail();
  const { page, faults } = await house.visit('/operations', { token });
  const overTime = page.getByRole('group', { name: 'Over time' });
  const row = overTime.locator('tr', { hasText: 'Step: Execute' });
  await row.getByText('100%').waitFor();
  await overTime.getByRole('img', { name: 'How many ended over time: Step: Execute' }).waitFor();
  await page.getByText('Part by part').click();
  await page.getByRole('combobox', { name: 'Work' }).selectOption({ label: 'Step: Think' });
  await page.waitForURL(/work=step\.THINK/);
  const parts = page.getByRole('group', { name: 'Part by part: Step: Think' });
  await parts.getByRole('cell', { name: '4s' }).first().waitFor();
  const kept = page.getByRole('group', { name: 'What is kept' });
  const log = kept.locator('tr', { hasText: 'Audit log' }).locator('[data-name="Kept for"]');
  await kept.scrollIntoViewIfNeeded();
  await log.waitFor();
  expect(await log.textContent()).toMatch(/^for ever/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await axeViolations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await scrolledSideways(page)).toEqual([]);
  expect(faults).toEqual(noFaults);
});

/** Saves what a list shows under a name, leaves it, and comes back by that name. */
async function keepsView(page: Page, list: string, filter: string): Promise<void> {
  await page.goto(`${house.api.url}${list}${filter}`);
  await page.getByRole('button', { name: 'Save this view' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByLabel('Name').fill(`of ${list}`);
  await dialog.getByRole('button', { name: 'Save this view' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.goto(`${house.api.url}${list}`);
  await page.getByRole('combobox', { name: 'Views' }).selectOption({ label: `of ${list}` });
  await page.waitForURL((url) => url.search.includes(filter));
}

test('a view is saved with its filters and columns, chosen again, and is the same for those that it is shared with', async () => {
  const { id: ownerId, token } = await createApiUser(house.database);
  const body = { topic: 'in a view', tags: ['calm'] };
  await house.api.send('/api/v1/cot-sessions', { method: 'POST', token, body });
  const { page, faults } = await house.visit('/sessions', { token });
  await page.getByRole('link', { name: 'in a view' }).waitFor();
  await page.getByRole('button', { name: '#calm' }).click();
  await page.waitForURL(/tag=calm/);
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('combobox', { name: 'Began' }).selectOption({ label: 'Last 24 hours' });
  await page.waitForURL(/since=day/);
  await page.getByRole('link', { name: 'in a view' }).waitFor();
  await page.goto(`${house.api.url}/sessions`);
  await page.getByRole('button', { name: 'Columns' }).click();
  const choice = page.getByRole('group', { name: 'Columns' });
  for (const name of ['Template', 'Person', 'Cost', 'Changed']) await choice.getByLabel(name).uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Search topics' }).fill('in a');
  await page.waitForURL(/q=in\+a/);
  await page.getByRole('columnheader', { name: 'Topic' }).waitFor();
  const headings = await page.getByRole('columnheader').allInnerTexts();
  expect(headings.slice(1)).toEqual(['Topic', 'State', 'Progress']);

  await page.getByRole('button', { name: 'Save this view' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByLabel('Name').fill('Short');
  await dialog.getByLabel('Everybody may use it').check();
  await dialog.getByRole('button', { name: 'Save this view' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Views' }).selectOption({ label: 'Everything' });
  await page.getByRole('columnheader', { name: 'Person' }).waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.getByRole('combobox', { name: 'Views' }).selectOption({ label: 'Short' });
  await page.getByRole('columnheader', { name: 'Person' }).waitFor({ state: 'detached' });
  const search = page.getByRole('searchbox', { name: 'Search topics' });
  await waitUntil(async () => (await search.inputValue()) === 'in a', { what: 'the words of the view' });

  await page.getByRole('button', { name: 'Remove the view Short' }).click();
  await page.getByText('Short is removed.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Remove the view Short' }).waitFor();

  const other = await house.visit('/sessions');
  await other.page.getByRole('combobox', { name: 'Views' }).selectOption({ label: 'Short (shared)' });
  await other.page.waitForURL(/columns=state%2Cprogress/);
  expect(await other.page.getByRole('button', { name: 'Remove the view Short' }).count()).toBe(0);
  expect(faults).toEqual(noFaults);

  const admin = await house.visit('/sessions', { role: 'ADMIN' });
  const row = admin.page.getByRole('row').filter({ hasText: 'in a view' });
  await row.getByTitle(/^Only sessions of/).click();
  await admin.page.waitForURL(new RegExp(`ownerId=${ownerId}`));
  // The chosen filter stands beside the others, and is taken away there.
  await admin.page.locator('.chip-removable').waitFor();
  await admin.page.getByRole('button', { name: 'Filter' }).click();
  const person = admin.page.getByRole('combobox', { name: 'Person' });
  const isChosen = async (): Promise<boolean> => (await person.inputValue()) === ownerId;
  await waitUntil(isChosen, { what: 'the person of the row' });
  await person.selectOption({ label: 'Every person' });
  await admin.page.waitForURL((url) => !url.searchParams.has('ownerId'));
  for (const [list, filter] of [
    ['/users?', 'role=ADMIN'],
    ['/audit?', 'resourceType=user'],
    ['/reports?', 'status=failed'],
    ['/notifications?tab=deliveries&', 'status=failed'],
    ['/notifications?tab=offices&', 'q=north'],
    ['/notifications?tab=staff&', 'q=ada'],
    ['/notifications?tab=deadlines&', 'columns=office'],
  ] as const) {
    await keepsView(admin.page, list, filter);
  }
  expect(admin.faults).toEqual(noFaults);
});
