import type { Page } from 'playwright-core';
import { insertCaughtMail } from '../../src/db/notifications/caught-mails.js';
import { startMailCatcher } from '../../src/platform/notifications/mail-catcher.js';
import { testSenders } from '../support/notifications/parts.js';
import { seedOffices } from '../support/notifications/seed.js';
import { withWorker } from '../support/workers/worker.js';
import { waitUntil } from '../support/wait-until.js';
import { axeViolations, expectWindowed, noFaults, scrolledSideways, useConsole } from './console-house.js';

const house = useConsole({ notifies: true });
const pool = () => house.database.pool;
const AS_OF = '2026-03-10';

afterEach(async () => {
  await pool().query(
    'delete from runs; delete from offices; delete from notification_deliveries; delete from caught_mails; update notification_settings set canary_offices = 0;',
  );
});

/** A worker whose mails are caught, as on a machine that has no mail server. */
async function working(work: () => Promise<void>): Promise<void> {
  const catcher = await startMailCatcher((mail) => insertCaughtMail(pool(), mail));
  const senders = testSenders(house.database, catcher.url);
  try {
    const queues = ['flow', 'notify'] as const;
    await withWorker(house.database, house.temporal, { queues, notifications: senders.parts }, work);
  } finally {
    senders.close();
    await catcher.close();
  }
}

async function startRun(page: Page, how: 'Show me first' | 'Send now'): Promise<void> {
  await page.getByRole('button', { name: 'New run' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tell what falls due' });
  await dialog.getByRole('radio', { name: how }).check();
  await dialog.getByLabel('As of (optional)').fill(AS_OF);
  await dialog
    .getByRole('button', { name: how === 'Send now' ? 'Send' : 'Make the plan', exact: true })
    .click();
}

const state = (page: Page, status: string) =>
  page.locator(`.session-facts [data-status=${status}]`).waitFor();

/** In both themes and on a phone. */
async function expectCalm(page: Page): Promise<void> {
  const viewport = page.viewportSize() ?? { width: 1_280, height: 720 };
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await axeViolations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await scrolledSideways(page)).toEqual([]);
  await page.setViewportSize(viewport);
}

test('an administrator looks at a plan, sends it as shown, reads a mail and learns why', async () => {
  await seedOffices(pool(), { offices: 3, staff: 2 });
  await working(async () => {
    const { page, faults } = await house.visit('/notifications', { role: 'ADMIN' });
    await page.getByText('No run yet').waitFor();
    await startRun(page, 'Show me first');
    await page.getByText('This is a plan. Nothing was sent.').waitFor();
    await page.getByRole('tab', { name: 'Samples' }).click();
    const sample = page.locator('iframe.message-frame').first();
    expect(await sample.getAttribute('sandbox')).toBe('');
    await page.frameLocator('iframe.message-frame').first().getByText('Deadline 1').waitFor();
    await expectCalm(page);
    expect((await pool().query('select id from caught_mails')).rows).toEqual([]);

    const planned = page.url();
    await page.goto(`${house.api.url}/inbox`);
    await page.locator('.inbox-row', { hasText: 'A plan: send 6 mails and 0 pushes?' }).waitFor();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByText('This is a plan. Nothing was sent.').waitFor();
    await preview.locator('.tiles dd').first().getByText('6', { exact: true }).waitFor();
    await preview.getByRole('button', { name: 'Send as shown' }).click();
    const asked = page.getByRole('dialog', { name: 'Send what this plan shows?' });
    await asked.getByText('6 mails go and 0 pushes go out.').waitFor();
    await page.keyboard.press('Escape');
    await asked.waitFor({ state: 'detached' });
    expect(await axeViolations(page)).toEqual([]);
    await page.goto(planned);

    await page.getByRole('button', { name: 'Send as shown' }).click();
    const sure = page.getByRole('dialog', { name: 'Send what this plan shows?' });
    await sure.getByText('6 mails go and 0 pushes go out.').waitFor();
    const plan = page.url();
    await sure.getByRole('button', { name: 'Send as shown' }).click();
    await page.waitForURL((url) => url.pathname !== new URL(plan).pathname);
    await page.getByText('Mails sent').waitFor();
    await state(page, 'success');
    await page.getByText('3 of 3').waitFor();
    await expectCalm(page);
    await page.getByRole('tab', { name: 'Left out' }).click();
    await page.getByRole('link', { name: 'Why?' }).first().click();
    await page.getByRole('heading', { name: 'Deadline 1' }).waitFor();
    await page.locator('.answer-runs [data-status=sent]').waitFor();
    await expectCalm(page);

    await page.getByRole('tab', { name: 'Caught mails' }).click();
    await page.getByRole('button', { name: 's1-1@example.test' }).click();
    const mail = page.locator('iframe.message-frame');
    expect(await mail.getAttribute('sandbox')).toBe('');
    await page.frameLocator('iframe.message-frame').getByText('Deadline 1').waitFor();
    await page.getByRole('button', { name: 'Text', exact: true }).click();
    await page.locator('.message-text', { hasText: 'Deadline 1' }).waitFor();
    await expectCalm(page);
    expect(faults).toEqual(noFaults);
  });
}, 180_000);

test('a run that waits after its first offices goes on as somebody decides, also from the inbox', async () => {
  await seedOffices(pool(), { offices: 4, staff: 1 });
  await pool().query('update notification_settings set canary_offices = 2');
  await working(async () => {
    const { page, faults } = await house.visit('/notifications', { role: 'ADMIN' });
    await startRun(page, 'Send now');
    await page.getByText('The first 2 offices are through').waitFor();
    await state(page, 'waiting_approval');
    await expectCalm(page);
    // A key only chooses: no message is sent by it.
    await page.keyboard.press('a');
    await page.locator('.run-gate .button-approve:focus').waitFor();
    const run = page.url();
    await page.goto(`${house.api.url}/inbox`);
    await page.locator('.inbox-row', { hasText: 'The first offices' }).click();
    await page.getByLabel('Comment (kept with the decision)').fill('looks right');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Decided.').waitFor();
    await page.goto(run);
    await state(page, 'success');
    await page.getByText('4 of 4').waitFor();
    expect((await pool().query('select id from caught_mails')).rows).toHaveLength(4);
    expect(faults).toEqual(noFaults);
  });
}, 180_000);

test('a message whose outcome nobody knows is sent again by a person alone', async () => {
  await seedOffices(pool(), { offices: 1, staff: 1 });
  await working(async () => {
    const { page } = await house.visit('/notifications', { role: 'ADMIN' });
    await startRun(page, 'Send now');
    await state(page, 'success');
    await pool().query(`update notification_deliveries set status = 'unknown', reason = 'worker_lost'`);
    await page.goto(`${house.api.url}/notifications?tab=deliveries&status=unknown`);
    await page.getByRole('button', { name: 's1-1@example.test' }).click();
    const message = page.getByRole('dialog');
    await message.getByText('the worker died while it was under way').waitFor();
    await message.getByRole('button', { name: 'Send again' }).click();
    await page.waitForURL(/notifications\/runs\//);
    await state(page, 'success');
    await page.getByText('Mails sent').waitFor();
    expect((await pool().query('select id from caught_mails')).rows).toHaveLength(2);

    await pool().query(
      `insert into caught_mails (id, mail_from, rcpt_to, raw)
       select 'mail_' || n, 'a@example.test', '{b@example.test}', convert_to('Subject: Mail ' || n, 'UTF8')
         from generate_series(1, 118) as n`,
    );
    await page.goto(`${house.api.url}/notifications?tab=mails`);
    await expectWindowed(page, { row: '.mail-list [role=listitem]', frame: '.mail-list', count: 120 });
  });
}, 180_000);

test('a file is taken whole or refused with its lines, and what somebody receives is theirs to change', async () => {
  const { page } = await house.visit('/notifications?tab=offices', { role: 'ADMIN' });
  const importing = async (text: string): Promise<void> => {
    await page.getByRole('button', { name: 'Import', exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Or paste it here').fill(text);
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  };
  await importing('external_id,name,time_zone\none,First office,Asia/Tokyo\ntwo,Second office,Nowhere/Land');
  const refusal = page.getByRole('dialog').getByRole('row', { name: /time_zone/ });
  expect(await refusal.textContent()).toContain('3');
  await page.keyboard.press('Escape');
  expect((await pool().query('select id from offices')).rows).toEqual([]);
  await importing('external_id,name,time_zone\none,First office,Asia/Tokyo');
  await page.getByText('1 line: 1 new, 0 changed.').waitFor();
  await page.getByRole('button', { name: 'First office' }).waitFor();

  await page.getByRole('tab', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Add a person' }).click();
  const added = page.getByRole('dialog', { name: 'Add a person' });
  await added.getByLabel('Office').selectOption({ label: 'First office' });
  await added.getByLabel('Name').fill('Aoi Sato');
  await added.getByLabel('Mail address').fill('aoi@example.test');
  await added.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Aoi Sato' }).click();
  const person = page.getByRole('dialog', { name: 'Aoi Sato' });
  await person.getByLabel('By push').uncheck();
  await person.getByLabel('Quiet from').fill('22:00');
  await person.getByLabel('until', { exact: true }).fill('07:00');
  await expectCalm(page);
  await person.getByRole('button', { name: 'Save the choices' }).click();
  // The notice of the person's first saving may still stand here: the row tells the second one.
  const chosen = (): Promise<{ rows: unknown[] }> =>
    pool().query('select notify_push, quiet_from, quiet_to from staff where not notify_push');
  await waitUntil(async () => (await chosen()).rows.length === 1, { what: 'the choices' });
  expect((await chosen()).rows).toEqual([{ notify_push: false, quiet_from: '22:00', quiet_to: '07:00' }]);
});

test('the daily run is switched on and off, and a rule that makes no sense is refused at its field', async () => {
  const { page } = await house.visit('/notifications?tab=schedule', { role: 'ADMIN' });
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('[data-status=active]').waitFor();
  expect(await page.locator('.next-runs li').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('It is paused. No run comes by itself.').waitFor();
  await page.getByLabel('Days before a deadline').fill('7, 7');
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.getByText('must not hold a number twice').waitFor();
});

test('a web push is shown by the worker of this device, also when no page asked for it', async () => {
  const { page, context } = await house.visit('/settings', { role: 'ADMIN' });
  await page.getByRole('heading', { name: 'Web push on this device' }).waitFor();
  await context.grantPermissions(['notifications'], { origin: house.api.url });
  await page.evaluate(
    `navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready).then(() => undefined)`,
  );
  const devtools = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first !== undefined) resolve(first.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const notification = {
    title: 'Tax filing: due today',
    body: 'Tax filing',
    navigate: 'https://far.example/',
  };
  const push = {
    origin: house.api.url,
    registrationId: await registered,
    data: JSON.stringify({ web_push: 8030, notification }),
  };
  // A promise is something to waitForFunction, whatever it gives.
  const shown = (): Promise<string | undefined> =>
    page.evaluate(
      `navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then(([first]) => first?.title)`,
    );
  // Chromium on a busy machine lost a message of its DevTools.
  const title = await waitUntil(
    async () => {
      await devtools.send('ServiceWorker.deliverPushMessage', push);
      return waitUntil(shown, { what: 'this push', timeoutMs: 5_000 }).catch(() => undefined);
    },
    { what: 'a notification' },
  );
  expect(title).toBe('Tax filing: due today');
});
