import { ApplicationFailure } from '@temporalio/activity';
import { gatherSection } from '../../src/db/reports/gather-section.js';
import { withWorker } from '../support/spine.js';
import { axeViolations, noFaults, useConsole } from './console-house.js';

const house = useConsole();

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
