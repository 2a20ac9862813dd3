import { ApplicationFailure } from '@temporalio/activity';
import { gatherSection } from '../../src/db/reports/gather-section.js';
import type { Page } from 'playwright-core';
import { loadConfig } from '../../src/platform/config.js';
import { sqlSettingsOf } from '../../src/platform/sql/settings.js';
import { withWorker } from '../support/workers/worker.js';
import { useShop } from '../support/sql/shop.js';
import { axeViolations, noFaults, useConsole } from './console-house.js';
import { createApiUser } from '../support/people.js';
import { waitUntil } from '../support/wait-until.js';

const shop = useShop();
const env = { SQL_DATA_SOURCES: JSON.stringify([shop.source]), SQL_CONFIRM_ROWS: '10000' };
const house = useConsole({ env });

test('a report that lacks a section says so to its reader, who has it gathered anew', async () => {
  let isBroken = true;
  const gather: typeof gatherSection = (sources, asked) =>
    isBroken && asked.section === 'usage'
      ? Promise.reject(ApplicationFailure.nonRetryable('no table', 'Broken'))
      : gatherSection(sources, asked);
  await withWorker(house.database, house.temporal, { gather }, async () => {
    const { page, faults } = await house.visit('/reports');
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a report' }).click();
    await page.getByText('The report has gaps.').waitFor();
    expect(await page.locator('.bullets li').textContent()).toContain('Tokens and cost');
    const first = page.url();
    isBroken = false;
    await page.getByRole('button', { name: 'Gather what is missing' }).click();
    await page.waitForURL((url) => url.href !== first);
    await page.locator('.session-facts [data-status=success]').waitFor();
    expect(await page.getByText('The report has gaps.').count()).toBe(0);
    expect(faults).toEqual(noFaults);
  });
});

test('an HTML report is read in a frame that has no right, and can be taken along', async () => {
  await withWorker(house.database, house.temporal, {}, async () => {
    const { page, faults } = await house.visit('/reports');
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a report' }).click();
    const frame = page.locator('iframe.result-frame');
    await frame.waitFor();
    expect(await frame.getAttribute('sandbox')).toBe('');
    await page.frameLocator('iframe.result-frame').locator('h1').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.html$/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
    expect(faults).toEqual(noFaults);
  });
});

test('a report and a schedule say beforehand what they will be and when they come, in the zone of the rule', async () => {
  const { page, faults } = await house.visit('/reports', { timezoneId: 'UTC' });
  await page.getByRole('button', { name: 'Make a report' }).first().click();
  const report = page.getByRole('dialog', { name: 'Make a report' });
  const preview = report.getByRole('region', { name: 'It becomes' });
  await preview.getByText('Activity of the system').waitFor();
  await report.getByLabel('Title (optional)').fill('The week');
  await report.getByLabel('Format').selectOption('pdf');
  await preview.getByText('The week').waitFor();
  await preview.getByText('PDF').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New schedule' }).click();
  const schedule = page.getByRole('dialog', { name: 'New schedule' });
  await schedule.getByLabel('Time zone').fill('Asia/Tokyo');
  await schedule.getByLabel('Cron').fill('30 9 29 2 *');
  const later = 'Feb 29, \\d{4}, 09:30 AM';
  await schedule.getByText(new RegExp(`Next: Feb 29.*, 09:30 AM · ${later} · ${later}$`)).waitFor();
  await schedule.getByLabel('Cron').fill('0 0 30 2 *');
  await schedule.getByText('This rule never comes.').waitFor();
  await schedule.getByLabel('Cron').fill('0 0 30');
  await schedule.getByRole('status').waitFor({ state: 'detached' });
  await schedule.getByLabel('Cron').fill('30 9 29 2 *');
  await schedule.getByLabel('Name').fill('Leap day');
  await schedule.getByRole('button', { name: 'Save' }).click();
  await schedule.waitFor({ state: 'detached' });
  await page.goto(`${house.api.url}/reports?tab=schedules`);
  await page.getByRole('button', { name: 'More: Leap day' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const removal = page.getByRole('dialog', { name: 'Remove Leap day?' });
  await removal.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No schedule yet').waitFor();
  expect(faults).toEqual(noFaults);
});

const withSql = (work: () => Promise<void>): Promise<void> =>
  withWorker(
    house.database,
    house.temporal,
    { queues: ['flow', 'sql'], sql: sqlSettingsOf(loadConfig(env)) },
    work,
  );

const editorText = (page: Page): Promise<string> => page.locator('.cm-content').innerText();

async function write(page: Page, sql: string): Promise<void> {
  const editor = page.locator('.cm-content');
  await editor.click();
  await page.locator('.cm-editor.cm-focused').waitFor();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(sql);
}

const run = (page: Page): Promise<void> => page.getByRole('button', { name: 'Run', exact: true }).click();

test('much data is confirmed, and the grid shows every row of a million, by number, by key and by scroll bar', async () => {
  await withSql(async () => {
    const { page, faults } = await house.visit('/sql');
    await write(page, 'select n as number, n * 2 as double from generate_series(1, 1000000) as n');
    await run(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing runs before you say so').waitFor();
    expect(await dialog.textContent()).toContain('1,000,000');
    await dialog.getByRole('button', { name: 'Run it' }).click();
    await page.waitForURL(/\/sql\/sql_/);
    const grid = page.getByRole('group', { name: 'Result' });
    const cell = (text: string) => grid.getByRole('cell', { name: text, exact: true });
    await cell('2').first().waitFor();
    const row = page.getByLabel('Go to row');
    await row.fill('1000000');
    await row.press('Enter');
    await cell('2000000').waitFor();
    expect(await grid.locator('tbody tr').last().textContent()).toContain('1,000,000');
    await row.fill('654321');
    await row.press('Enter');
    await cell('1308642').waitFor();
    await grid.focus();
    await page.keyboard.press('ArrowUp');
    await cell('1308640').waitFor();
    await page.keyboard.press('Home');
    await cell('2').first().waitFor();
    await page.keyboard.press('End');
    await cell('2000000').waitFor();
    await page.keyboard.press('PageUp');
    await cell('2000000').waitFor({ state: 'detached' });
    await grid.evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight }));
    await cell('2000000').waitFor();
    await grid.evaluate((frame) => frame.scrollTo({ top: 0 }));
    await cell('1').first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(faults).toEqual(noFaults);
  });
}, 180_000);

test('the page of a statement shows after a reload what was asked and how far it is, and cancels it', async () => {
  await withSql(async () => {
    const { token } = await createApiUser(house.database);
    const sql =
      'select count(*) from generate_series(1, (select $1::int)) a, generate_series(1, (select 1000000)) b';
    const body = { sql, params: [{ type: 'integer', value: 4_000_000 }] };
    const asked = await house.api.send('/api/v1/sql/cache/execute-async', { method: 'POST', body, token });
    const { page, faults } = await house.visit(`/sql/${String(asked.body['session_id'])}`, { token });
    await page.getByRole('progressbar').waitFor();
    await page.reload();
    const statement = page.getByRole('region', { name: 'What was asked' });
    await statement.getByText('4000000::integer').waitFor();
    await page.getByRole('progressbar').waitFor();
    await waitUntil(async () => (await editorText(page)) === sql, { what: 'the statement in the editor' });
    await write(page, 'select 2');
    await statement.getByText(sql).waitFor();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByRole('button', { name: 'Cancel' }).click();
    await result.locator('[data-status=canceled]').waitFor();
    await page.reload();
    await result.locator('[data-status=canceled]').waitFor();
    expect(faults).toEqual(noFaults);
  });
}, 180_000);

test('a statement that is not allowed is refused at its place, and one that is kept is taken up again', async () => {
  const { page } = await house.visit('/sql');
  await write(page, 'delete from orders');
  await run(page);
  await page.getByRole('alert').getByText('DELETE is not a query').waitFor();
  expect(new URL(page.url()).pathname).toBe('/sql');
  await write(page, 'select a.n from generate_series(1, 100000) a(n), generate_series(1, 100000) b(n)');
  await run(page);
  await page.getByRole('alert').getByText('no confirmation passes that').waitFor();
  await write(page, 'select count(*) from orders');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('How many');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  const saved = page.getByRole('region', { name: 'Saved queries' });
  await saved.getByRole('button', { name: /^How many/ }).waitFor();
  await write(page, 'select 1');
  await saved.getByRole('button', { name: /^How many/ }).click();
  await page.locator('.cm-content', { hasText: 'select count(*) from orders' }).waitFor();
  await saved.getByRole('button', { name: 'Remove How many' }).click();
  await saved.getByText('No saved query').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await saved.getByRole('button', { name: /^How many/ }).waitFor();
}, 180_000);

test('a strange result breaks nothing: it is laid out, run, read in the grid and drawn', async () => {
  await withSql(async () => {
    const { page, faults } = await house.visit('/sql');
    const script = `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;
    const texts = [
      script,
      'safe \u202etxt.exe\u202c',
      '👩🏽‍🚀'.repeat(50),
      'هذا نص عربي طويل '.repeat(10),
      'a\nb',
    ];
    const literals = texts.map((text) => `'${text.replaceAll("'", "''")}'`).concat("repeat('x', 100000)");
    const columns = Array.from(
      { length: 50 },
      (_, place) => `${literals[place] ?? place} as "<b>\u202e${place}</b>"`,
    );
    await write(
      page,
      `select n as number,n*n as square,${columns.join(',')} from generate_series(1,30) as n`,
    );
    // Completions lie over the buttons until the editor is left.
    await page.getByRole('heading', { level: 1 }).click();
    await page.getByRole('button', { name: 'Format', exact: true }).click();
    await page.locator('.cm-line', { hasText: /^from generate_series\(1, 30\) as n$/ }).waitFor();
    await run(page);
    const grid = page.getByRole('group', { name: 'Result' });
    await grid.getByRole('cell', { name: 'safe [U+202E]txt.exe[U+202C]' }).first().waitFor();
    await grid.getByRole('columnheader', { name: '<b>[U+202E]49</b>' }).waitFor();
    const cells = await grid.locator('tbody td').allTextContents();
    expect(cells).toContain(`${'x'.repeat(300)}…`);
    expect(cells).toContain('a↵b');
    await page.getByRole('button', { name: 'Chart', exact: true }).click();
    const chart = page.getByRole('img', { name: 'square by number' });
    await chart.waitFor();
    expect(await chart.locator('rect').count()).toBe(30);
    await page.getByLabel('Kind').selectOption('line');
    await chart.locator('polyline').waitFor();
    await page.getByLabel('Across').selectOption('square');
    await page.getByRole('img', { name: 'number by square' }).waitFor();
    const wide = page.viewportSize()!;
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Download' }).click();
    await page.getByRole('menuitem', { name: 'Parquet' }).waitFor();
    const item = await page.getByRole('menuitem', { name: 'Parquet' }).boundingBox();
    expect(item?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Escape');
    await page.setViewportSize(wide);
    expect(await page.title()).not.toMatch(/^owned/);
    expect(await page.locator('main script, main img').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    expect(faults).toEqual(noFaults);
  });
}, 180_000);
