import type { Page } from 'playwright-core';
import { newId } from '../../src/contracts/ids.js';
import { scriptedModel, untilGate, withWorkers } from '../support/sessions/fixture.js';
import { axeViolations, noFaults, scrolledSideways, useConsole } from './console-house.js';
import { createApiUser } from '../support/people.js';

const house = useConsole();
const phone = { width: 390, height: 844 };

const ask = async (token: string, body: object): Promise<string> => {
  const answer = await house.api.send('/api/v1/cot-sessions', { method: 'POST', body, token });
  return String(answer.body['id']);
};

test('an address that is nothing shows a page that says so and leads back', async () => {
  const { page } = await house.visit('/nowhere', { viewport: phone, colorScheme: 'dark' });
  await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor({ state: 'attached' });
  expect(await axeViolations(page)).toEqual([]);
  await page.locator('main').getByRole('link', { name: 'Inbox' }).click();
  await page.getByText('Nothing waits for you').waitFor();
});

test.each(['/inbox', '/sessions'])(
  'while the API answers 503, %s says so instead of loading for ever, and is there as soon as it can',
  async (path) => {
    const { page } = await house.visit('/settings');
    const unavailable = { code: 'database_unavailable', title: 'Away', status: 503, requestId: 'req_away' };
    await page.route(/\/api\/v1\/(gates|cot-sessions)\?/, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', json: unavailable }),
    );
    await page.goto(`${house.api.url}${path}`);
    const note = page.getByText('The database does not answer. Nothing is lost');
    await note.waitFor();
    expect(await page.locator('.skeleton, .inbox-before').count()).toBe(0);
    await page.getByText('req_away').waitFor();
    // The stream stands all the while: it alone would call the page live.
    await page
      .locator('.live-failing')
      .getByText(/No answer for \d+s/)
      .waitFor();
    await page.locator('main.stale').waitFor();
    await page.unroute(/\/api\/v1\/(gates|cot-sessions)\?/);
    await page.getByRole('heading', { level: 2, name: /Nothing waits|No session yet/ }).waitFor();
    expect(await note.count()).toBe(0);
    await page.locator('.live-live').waitFor();
    await page.locator('main:not(.stale)').waitFor();
  },
);

test('one failed request changes nothing of the live state, and a part that is away stays in its own panel', async () => {
  const { page } = await house.visit('/settings');
  const away = (code: string) => ({ status: 503, contentType: 'application/problem+json', json: { code } });
  const failed = new Set<string>();
  await page.route(/\/api\/v1\/(gates|cot-sessions|saved-views)/, async (route) => {
    const url = route.request().url();
    if (url.includes('saved-views')) return route.fulfill(away('storage_unavailable'));
    if (failed.has(url)) return route.continue();
    failed.add(url);
    return route.fulfill(away('database_unavailable'));
  });
  await page.addInitScript(`new MutationObserver(() => {
    window.marks = [...(window.marks ?? []), document.querySelector('.live')?.className];
  }).observe(document, { childList: true, subtree: true, attributes: true })`);
  const gaveUp = new Promise<void>((resolve) => {
    let tries = 0;
    page.on('response', (answer) => {
      if (answer.url().includes('saved-views') && (tries += 1) === 4) resolve();
    });
  });
  await page.goto(`${house.api.url}/sessions`);
  await page.getByRole('heading', { level: 2, name: 'No session yet' }).waitFor();
  await gaveUp;
  await page.locator('.live-live').waitFor();
  expect(failed.size).toBeGreaterThan(2);
  const marks = new Set(await page.evaluate<string[]>('window.marks'));
  expect([...marks].filter((mark) => /failing|reconnecting/.test(mark))).toEqual([]);
});

test('the rail marks the page that leads to the one that is open', async () => {
  const { token } = await createApiUser(house.database, 'ADMIN');
  const { page } = await house.visit('/webhooks', { token });
  const marked = page.locator('.rail [aria-current=page]');
  for (const [path, name] of [
    ['/webhooks', 'Operations'],
    [`/jobs/${newId('job')}`, 'Reports'],
    [`/gates/${newId('gate')}`, 'Inbox'],
    ['/reports', 'Reports'],
  ] as const) {
    await page.goto(`${house.api.url}${path}`);
    await marked.waitFor();
    // The inbox counts what other tests left to decide.
    expect([path, (await marked.allTextContents()).map((text) => text.replace(/\d+$/, ''))]).toEqual([
      path,
      [name],
    ]);
  }
});

test('on a phone nothing covers what is edited, and the decision comes back when the editor closes', async () => {
  const model = scriptedModel(() => 'A long answer.\n\n'.repeat(60));
  await withWorkers(house, model, async () => {
    const { token } = await createApiUser(house.database);
    const id = await ask(token, { topic: 'to edit', template: 'minimal' });
    const { gateId } = await untilGate(house, id, 1);
    const { page, faults } = await house.visit(`/gates/${gateId}`, { token, viewport: phone });
    for (const path of [`/gates/${gateId}`, `/sessions/${id}`]) {
      await page.goto(`${house.api.url}${path}`);
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.locator('textarea.editor-text').waitFor();
      expect(await page.locator('.decision').isVisible()).toBe(false);
      await page.locator('textarea.editor-text').fill('Another answer.');
      await page.mouse.wheel(0, 2_000);
      expect(await page.getByRole('button', { name: 'Save and approve' }).isVisible()).toBe(true);
      expect(await scrolledSideways(page)).toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Approve' }).waitFor();
      expect(await page.locator('.decision-digest').isVisible()).toBe(true);
    }
    expect(faults).toEqual(noFaults);
  });
});

const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(
    `document.activeElement === document.body ? 'nothing' : document.activeElement.id || document.activeElement.className`,
  );

test('by keys alone somebody signs in, redoes a phase and approves it, and the focus is never lost', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(house, model, async () => {
    const { token } = await createApiUser(house.database);
    const id = await ask(token, { topic: 'keys from the door on', template: 'minimal' });
    await untilGate(house, id, 1);
    const { page, context } = await house.visit('/settings', { token });
    await context.clearCookies();
    await page.goto(`${house.api.url}/sessions`);
    const keys = page.keyboard;
    await page.getByLabel('API key').waitFor();
    await keys.press('Tab');
    await keys.type(token);
    await keys.press('Enter');
    await page.getByRole('link', { name: 'keys from the door on' }).waitFor();
    expect(await focused(page)).toBe('main');
    await keys.press('j');
    await keys.press('Enter');
    await page.getByRole('heading', { name: 'Phase 1 waits for you' }).waitFor();
    await page.getByText('answer 3').waitFor();
    expect(await focused(page)).toBe('main');
    await keys.press('r');
    await keys.press('Control+Enter');
    await keys.type('be bolder, a e r x');
    await keys.press('Control+Enter');
    await page.getByText('answer 6').waitFor();
    await page.getByRole('heading', { name: 'Phase 1 waits for you' }).waitFor();
    expect(await focused(page)).toBe('session-aside');
    await keys.press('a');
    await keys.press('Control+Enter');
    await untilGate(house, id, 2, 2);
    await page.getByRole('heading', { name: 'Phase 2 waits for you' }).waitFor();
    expect(await focused(page)).toBe('session-aside');
    await page.getByRole('button', { name: 'Pause' }).focus();
    await keys.press('Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await focused(page)).toMatch(/^button /);
  });
});

test('what is edited is what mod+Enter approves, also after a reload, and Escape closes one thing', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(house, model, async () => {
    const { token } = await createApiUser(house.database);
    const id = await ask(token, { topic: 'edited', template: 'minimal' });
    await untilGate(house, id, 1);
    const { page, faults } = await house.visit('/sessions', { token });
    await page.getByRole('link', { name: 'edited' }).click();
    await page.getByRole('heading', { name: 'Phase 1 waits for you' }).waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Fork' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem', { name: 'Fork' }).waitFor({ state: 'hidden' });
    expect(page.url()).toContain(id);
    await page.keyboard.press('e');
    await page.locator('textarea.editor-text:focus').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('a reader wrote this');
    await page.reload();
    await page.locator('textarea.editor-text:focus').waitFor();
    await page.getByRole('heading', { name: 'Phase 1 waits for you' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await untilGate(house, id, 2);
    const { body } = await house.api.send(`/api/v1/cot-sessions/${id}`, { token });
    const [first] = body['phases'] as readonly object[];
    expect(first).toMatchObject({ output: 'a reader wrote this', outputEdited: true });
    expect(faults).toEqual(noFaults);
  });
});

test('a page that came without TLS signs in and copies, and a dialog shows what it could not do', async () => {
  const { token } = await createApiUser(house.database, 'ADMIN');
  const { page, context } = await house.visit('/settings', { token });
  // As browsers have it on such pages.
  await context.addInitScript(`delete Crypto.prototype.randomUUID; delete Navigator.prototype.clipboard;`);
  await context.clearCookies();
  await page.goto(`${house.api.url}/users`);
  await page.getByLabel('API key').fill('slk_not-a-key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This key is mistyped, expired or revoked').waitFor();
  await page.getByLabel('API key').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Nobody');
  await dialog.getByLabel('E-mail').fill('nobody@example.com');
  const unavailable = { code: 'database_unavailable', title: 'Away', status: 503, requestId: 'req_away' };
  await page.route('**/api/v1/users', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', json: unavailable }),
  );
  await dialog.getByRole('button', { name: 'Add a user' }).click();
  await dialog.getByText('req_away').waitFor();
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByLabel('Name').fill('');
  await dialog.getByLabel('Name').press('Control+v');
  expect(await dialog.getByLabel('Name').inputValue()).toBe('req_away');
  await page.keyboard.press('Escape');
  await context.clearCookies();
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('You are signed out. Sign in again').waitFor();
});

test('the filters of the sessions take one line on a laptop, in both languages', async () => {
  const { token } = await createApiUser(house.database, 'ADMIN');
  for (const locale of ['en-US', 'ja-JP']) {
    const { page } = await house.visit('/sessions', {
      token,
      locale,
      viewport: { width: 1_280, height: 800 },
    });
    await page.locator('.filters .button').first().waitFor();
    const middles = await page.evaluate<number[]>(
      `[...document.querySelectorAll('.filters > :not([popover])')].map((each) => each.getBoundingClientRect())
         .map(({ top, bottom }) => Math.round((top + bottom) / 2))`,
    );
    expect([locale, new Set(middles).size]).toEqual([locale, 1]);
  }
});

test('a problem in Japanese has words of its own and, where the API knows more, those of the API', async () => {
  const { page } = await house.visit('/settings', { locale: 'ja-JP', viewport: phone });
  const problem = { code: 'conflict', detail: 'It is of another day.', status: 409, requestId: 'req_words' };
  await page.route(/\/api\/v1\/cot-sessions\?/, (route) =>
    route.fulfill({ status: 409, contentType: 'application/problem+json', json: problem }),
  );
  await page.goto(`${house.api.url}/sessions`);
  const note = page.getByRole('alert');
  await note.getByText('現在の状態ではできません。').waitFor();
  await note.locator('[lang=en]').getByText(problem.detail).waitFor();
  expect(await axeViolations(page)).toEqual([]);
});

test('a page of before a deploy, whose parts are gone, is loaded again where it was to go', async () => {
  const { page } = await house.visit('/sessions');
  let gone = 0;
  await page.route(/assets\/settings-page/, (route) =>
    (gone += 1) === 1 ? route.fulfill({ status: 404 }) : route.continue(),
  );
  const loaded = page.waitForEvent('load');
  await page.locator('a.person').click();
  await loaded;
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor({ state: 'attached' });
  expect([gone, new URL(page.url()).pathname]).toEqual([2, '/settings']);
});
