import type { Page } from 'playwright-core';
import { createApiUser } from '../support/people.js';
import { noFaults, useConsole } from './console-house.js';

const house = useConsole();

/** Where the parts of a page stand, in pixels from its top. */
const places = (page: Page): Promise<Record<string, number>> =>
  page.evaluate<Record<string, number>>(
    `Object.fromEntries([...document.querySelectorAll('main h1, main h2')].map((each) =>
       [each.textContent, Math.round(each.getBoundingClientRect().top)]))`,
  );

/** Holds what the API answers about things until it is let go. */
async function holdAnswers(page: Page, path: string): Promise<() => void> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/\/(readyz|api\/v1\/(operations|audit-logs|users\/stats|users\?))/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${house.api.url}${path}`);
  return letGo;
}

const FEW_PIXELS = 8;

test.each([1_440, 390])(
  'at %i px the parts of the operations page stay where they are as their content comes',
  async (width) => {
    const { page, faults } = await house.visit('/settings', {
      role: 'ADMIN',
      viewport: { width, height: 900 },
    });
    const letGo = await holdAnswers(page, '/operations');
    await page.locator('.skeleton-table').first().waitFor();
    const before = await places(page);
    letGo();
    await page.getByRole('group', { name: 'Queues and slots' }).waitFor();
    await page.locator('.parts:not(.skeleton)').waitFor();
    const after = await places(page);
    for (const name of ['Operations', 'Parts', 'Queues and slots', 'Failures'])
      expect(Math.abs(after[name]! - before[name]!)).toBeLessThanOrEqual(FEW_PIXELS);
    await page.unrouteAll({ behavior: 'wait' });
    expect(faults).toEqual(noFaults);
  },
);

test('the rows of the audit log and the numbers of users come where their skeletons stood', async () => {
  const { token } = await createApiUser(house.database, 'ADMIN');
  const body = { name: 'Ada', email: 'ada@example.test' };
  await house.api.send('/api/v1/users', { method: 'POST', token, body });
  const { page, faults } = await house.visit('/settings', { token });
  const top = async (kind: string): Promise<number> => (await page.locator(kind).boundingBox())!.y;
  const showsEntries = await holdAnswers(page, '/audit');
  const entries = await top('.skeleton-entries');
  showsEntries();
  await page.locator('.audit-list:not(.skeleton)').waitFor();
  expect(await top('.audit-list')).toBe(entries);
  const showsUsers = await holdAnswers(page, '/users');
  const table = await top('.skeleton-table');
  showsUsers();
  await page.locator('dl.tiles').waitFor();
  await page.locator('.record-table').waitFor();
  expect(await top('.table-frame')).toBe(table);
  await page.unrouteAll({ behavior: 'wait' });
  expect(faults).toEqual(noFaults);
});

test('a page whose part is on its way shows the place of its title, not an empty screen', async () => {
  const { page, faults } = await house.visit('/sessions');
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(/assets\/settings-page/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${house.api.url}/settings`);
  await page.locator('main:empty').waitFor({ state: 'attached' });
  expect(await page.evaluate(`getComputedStyle(document.querySelector('main'), '::before').height`)).toBe(
    '20px',
  );
  letGo();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.unrouteAll({ behavior: 'wait' });
  expect(faults).toEqual(noFaults);
});
