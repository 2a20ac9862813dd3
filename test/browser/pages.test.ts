import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { newId } from '../../src/contracts/ids.js';
import { consoleLink } from '../../src/domain/sessions/console-link.js';
import { createSignInToken } from '../../src/db/users/sign-in-tokens.js';
import { scriptedModel, untilGate, withWorkers } from '../support/sessions/fixture.js';
import { insertSessions } from '../support/many-sessions.js';
import { axeViolations, bundleInto, noFaults, scrolledSideways, useConsole, watch } from './console-house.js';
import { createApiUser } from '../support/people.js';

// With the page of the building blocks, which only such a build has.
const house = useConsole({ development: true });

/** Everything that a topic or an output should not be able to do to a page. */
const strange = {
  script: '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">',
  markdown:
    '[click](javascript:document.title="owned") ![pixel](https://evil.example/p.png) [out](https://far.example/a)',
  bidi: 'safe \u202Etxt.exe\u202C and \u2067ישראל\u2069',
  emoji: '👩🏽‍🚀'.repeat(50),
  rightToLeft: 'هذا نص عربي طويل '.repeat(10),
  long: 'x'.repeat(100_000),
  table: `|${' c |'.repeat(50)}\n|${'---|'.repeat(50)}\n|${' v |'.repeat(50)}`,
};

async function start(token: string, body: object): Promise<string> {
  const answer = await house.api.send('/api/v1/cot-sessions', { method: 'POST', body, token });
  return String(answer.body['id']);
}

/** A page that is loaded: nothing of it is still on its way. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton:not(.specimen .skeleton)').first().waitFor({ state: 'detached' });
}

/** The chosen page of the rail, where it lies beyond the screen. */
function chosenOutOfSight(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll('.rail [aria-current]')]
       .filter((each) => each.getBoundingClientRect().left < 0 || each.getBoundingClientRect().right > innerWidth)
       .map((each) => each.textContent + ' is chosen and out of sight')`,
  );
}

/** Each theme once: the parts of a page have the same colours at every width. */
const looks = [
  { colorScheme: 'light', locale: 'en-US', viewport: { width: 1_440, height: 900 } },
  { colorScheme: 'dark', locale: 'ja-JP', viewport: { width: 390, height: 844 } },
] as const;

/** A job of the owner of a session, failed for good. */
async function insertFailedJob(sessionId: string, title: string): Promise<void> {
  await house.database.pool.query(
    `with failed as (
       insert into runs (id, kind, owner_id, title, status, error, workflow_id, workflow_type, task_queue, finished_at)
       select 'job_' || substr(md5(id), 1, 26), 'report', owner_id, $2, 'failed',
              '{"code":"section_failed","message":"The section could not be gathered."}', 'report:' || md5(id),
              'generateReport', 'flow', now()
         from runs where id = $1
       returning id, kind, input, error)
     insert into dead_letters (id, run_id, kind, input, errors)
     select 'dl_' || substr(id, 5), id, kind, input, jsonb_build_array(error) from failed`,
    [sessionId, title],
  );
}

/** A session at its gate, a job that failed and a view that is saved: no page is empty. */
async function furnish(token: string): Promise<{ id: string; gateId: string }> {
  const id = await start(token, { topic: 'a calm topic', template: 'minimal' });
  const { gateId } = await untilGate(house, id, 1);
  const view = { page: 'sessions', name: 'Waiting', query: { status: 'waiting_approval,needs_attention' } };
  await house.api.send('/api/v1/saved-views', { method: 'POST', body: view, token });
  await insertFailedJob(id, 'A report that failed');
  return { id, gateId: String(gateId) };
}

function pathsOf({ id, gateId }: { id: string; gateId: string }, userId: string): string[] {
  const tabs = ['', '?tab=timeline', '?tab=steps', '?tab=compare', '?tab=lineage', '?tab=events', '?edit=1'];
  return [
    '/inbox',
    '/sessions',
    '/sessions?start=1',
    '/sessions?columns=state,changed&status=waiting_approval,needs_attention',
    '/reports',
    '/reports?tab=schedules',
    '/settings',
    '/ui',
    '/reports?tab=dead-letters',
    `/gates/${gateId}`,
    `/users?user=${userId}`,
    '/audit',
    '/operations',
    '/sql',
    '/webhooks',
    '/notifications',
    '/notifications?tab=deadlines&record=new',
    '/notifications?tab=schedule',
    ...tabs.map((query) => `/sessions/${id}${query}`),
  ];
}

test.each(looks)(
  'every page is without faults, $colorScheme, in $locale, $viewport.width pixels wide',
  async (look) => {
    const model = scriptedModel(
      (_request, call) => `# Part ${call}\n\nSome *text* with a [link](https://far.example/a).`,
    );
    await withWorkers(house, model, async () => {
      const { token, id: userId } = await createApiUser(house.database, 'ADMIN');
      const paths = pathsOf(await furnish(token), userId);
      const { page, faults } = await house.visit(paths[0]!, { token, reducedMotion: 'reduce', ...look });
      const found: string[] = [];
      for (const path of paths) {
        await page.goto(`${house.api.url}${path}`);
        await settle(page);
        found.push(...(await axeViolations(page)).map((violation) => `${path}: ${violation}`));
        found.push(...(await scrolledSideways(page)).map((part) => `${path}: ${part}`));
        found.push(...(await chosenOutOfSight(page)).map((part) => `${path}: ${part}`));
      }
      found.push(...faults.errors, ...faults.foreign);
      expect(found).toEqual([]);
    });
  },
  300_000,
);

/** A template whose every word is strange, with two phases. */
async function strangeTemplate(token: string, words: string): Promise<string> {
  const step = { prompt: words };
  const steps = { THINK: step, EXECUTE: step, INTEGRATE: step };
  const phases = ['one', 'two'].map((key) => ({ key, title: strange.script, steps }));
  const body = { name: 'strange', title: strange.script, description: words, phases };
  const { status, text } = await house.api.send('/api/v1/templates', { method: 'POST', body, token });
  expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  return body.name;
}

test('what people and models write runs nothing, loads nothing and breaks no page', async () => {
  const output = Object.values(strange).join('\n\n');
  await withWorkers(
    house,
    scriptedModel(() => output),
    async () => {
      const { token, id: userId } = await createApiUser(house.database, 'ADMIN');
      const topic = [strange.script, strange.bidi, strange.emoji, strange.rightToLeft].join(' ');
      const template = await strangeTemplate(token, topic);
      const id = await start(token, { topic, template, tags: ['<b>tag</b>'], input: output });
      const { gateId } = await untilGate(house, id, 1);
      await insertFailedJob(id, topic);
      await house.database.pool.query('update users set name = $2 where id = $1', [userId, topic]);
      const { page, faults } = await house.visit('/inbox', { token });
      const paths = ['/inbox', '/sessions', '/sessions?start=1', `/sessions/${id}`, `/gates/${gateId}`];
      paths.push('/reports', '/reports?tab=dead-letters', '/users', '/audit?resourceType=template');
      for (const path of paths) {
        await page.goto(`${house.api.url}${path}`);
        await settle(page);
        await page.getByText('document.title').first().waitFor();
        for (const closed of await page.locator('.audit-list summary').all()) await closed.click();
        expect(await page.title()).not.toMatch(/^owned/);
        expect(await page.locator('main script, main img, main a[href^="javascript"]').count()).toBe(0);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([path, overflow]).toEqual([path, 0]);
      }
      await page.goto(`${house.api.url}/sessions/${id}`);
      await settle(page);
      const link = page.getByRole('link', { name: /out/ }).first();
      expect(await link.getAttribute('rel')).toContain('noopener');
      expect(await link.textContent()).toContain('far.example');
      expect(faults).toEqual(noFaults);
    },
  );
});

test('a table of a document fits beside the decision, and cuts no date, number or id in two', async () => {
  const cells = ['What nobody tells you about it', '2026-01-15', '1,234.5', 'id-1-2', 'a region spreads it'];
  const rows = [cells, cells.map(() => '---'), cells, cells.map((cell) => `${cell} ${cell}`)];
  const output = rows.map((row) => `|${row.join('|')}|`).join('\n');
  await withWorkers(
    house,
    scriptedModel(() => output),
    async () => {
      const { token } = await createApiUser(house.database);
      const id = await start(token, { topic: 'a table', template: 'minimal' });
      await untilGate(house, id, 1);
      const { page, faults } = await house.visit(`/sessions/${id}`, { token });
      const table = page.locator('.prose-table');
      await table.waitFor();
      expect(await table.evaluate((frame) => frame.scrollWidth - frame.clientWidth)).toBe(0);
      const lines = await table.locator('tbody tr:first-child td').evaluateAll((found) =>
        found.map((cell) => {
          const range = cell.ownerDocument.createRange();
          range.selectNodeContents(cell);
          const tops = [...range.getClientRects()].map(({ top }) => top);
          return [cell.textContent, new Set(tops).size > 1];
        }),
      );
      const isCut = new Map(lines as [string, boolean][]);
      expect(['2026-01-15', '1,234.5', 'id-1-2'].map((word) => isCut.get(word))).toEqual([
        false,
        false,
        false,
      ]);
      expect(isCut.get(cells[0]!)).toBe(true);
      expect(faults).toEqual(noFaults);
    },
  );
});

test('a person who uses keys alone finds a session, reads it and decides', async () => {
  await withWorkers(
    house,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const { token } = await createApiUser(house.database);
      const id = await start(token, { topic: 'by keys alone', template: 'minimal' });
      await untilGate(house, id, 1);
      const { page, faults } = await house.visit('/sessions', { token });
      await settle(page);
      const keys = page.keyboard;
      await keys.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await keys.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await keys.press('Control+k');
      await page.getByRole('combobox', { name: /Search/ }).fill('by keys');
      await page.getByRole('option', { name: /by keys alone/ }).waitFor();
      await keys.press('Enter');
      await page.getByRole('heading', { name: 'Phase 1 waits for you' }).waitFor();
      await page.locator('body').press('t');
      await page.locator('.timeline').waitFor();
      await keys.press('d');
      await keys.press('g');
      await keys.press('i');
      await page.locator('.inbox-row[aria-current=true]').waitFor();
      await keys.press('a');
      await page.getByLabel('Notes for the next phases').waitFor();
      await keys.type('typed here: j k x');
      await keys.press('Control+Enter');
      await untilGate(house, id, 2);
      await page.locator('.inbox-row').first().waitFor();
      expect(faults).toEqual(noFaults);
    },
  );
});

test('of a long list only the rows near the view are elements, and keys reach every row', async () => {
  await withWorkers(
    house,
    scriptedModel(() => 'answer'),
    async () => {
      const { token } = await createApiUser(house.database);
      const model = await start(token, { topic: 'the newest', template: 'minimal' });
      await untilGate(house, model, 1);
      await insertSessions(house.database.pool, { model, count: 240 });
      const { page, faults } = await house.visit('/sessions', { token });
      const table = page.locator('.sessions-table');
      for (let rows = 51; rows < 241; rows = Math.min(rows + 50, 242)) {
        await page.locator(`.sessions-table[aria-rowcount="${rows}"]`).waitFor();
        // A busy button takes no press.
        await page.locator('button[aria-busy=false]', { hasText: 'Load more' }).click();
      }
      await page.locator('.sessions-table[aria-rowcount="242"]').waitFor();
      await page.evaluate('scrollTo(0, 0)');
      const far = table.locator('[aria-rowindex="240"]');
      await far.waitFor({ state: 'detached' });
      // The first row of the second block is the 22nd of the table.
      for (let row = 2; row <= 22; row += 1) await page.keyboard.press('j');
      const focused = table.locator('[aria-rowindex="22"] a:focus');
      await focused.waitFor();
      await page.evaluate('scrollTo(0, document.body.scrollHeight)');
      await far.waitFor();
      await table.locator('[aria-rowindex="2"]').waitFor({ state: 'detached' });
      // The row that has the focus keeps it, however far away it is.
      expect(await focused.count()).toBe(1);
      expect(faults).toEqual(noFaults);
    },
  );
});

test('several decisions are approved together, as they were shown', async () => {
  await withWorkers(
    house,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const { token } = await createApiUser(house.database);
      const ids = await Promise.all(
        ['one', 'two', 'three'].map((topic) => start(token, { topic, template: 'minimal' })),
      );
      await Promise.all(ids.map((id) => untilGate(house, id, 1)));
      const { page, faults } = await house.visit('/inbox', { token });
      await page.getByRole('button', { name: /Approve several/ }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('checkbox', { name: 'two' }).uncheck();
      await dialog.getByRole('button', { name: 'Approve 2' }).click();
      await page.getByText('2 phases are approved.').waitFor();
      await untilGate(house, ids[0]!, 2);
      await untilGate(house, ids[2]!, 2);
      expect(await page.title()).toMatch(/^\(\d\) Inbox/);
      expect((await untilGate(house, ids[1]!, 1)).currentPhase).toBe(1);

      await page.goto(`${house.api.url}/sessions`);
      await page.getByRole('checkbox', { name: 'Select: one' }).check();
      await page.getByRole('button', { name: 'Approve …' }).click();
      await dialog.getByRole('checkbox', { name: 'one' }).waitFor();
      expect(await dialog.getByRole('checkbox').count()).toBe(1);
      await dialog.getByRole('button', { name: 'Approve 1' }).click();
      await page.getByText('1 phase is approved.').waitFor();
      expect((await untilGate(house, ids[2]!, 2)).currentPhase).toBe(2);
      expect(faults).toEqual(noFaults);
    },
  );
});

test('an analyst sees no page of an administrator, and the API refuses what such a page would ask', async () => {
  const { page, faults } = await house.visit('/reports?tab=dead-letters');
  await settle(page);
  expect(await page.getByRole('tab', { name: 'Failed for good' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  const status = await page.evaluate(async () => (await fetch('/api/v1/dead-letters')).status);
  expect(status).toBe(403);
  for (const path of [`/sessions/${newId('session')}`, `/gates/${newId('gate')}`, `/jobs/${newId('job')}`]) {
    await page.goto(`${house.api.url}${path}`);
    await page.getByRole('alert').waitFor();
    // A page that fails to load has a name as well.
    expect([path, await page.locator('h1').count()]).toEqual([path, 1]);
  }
  expect(faults.foreign).toEqual([]);
});

test('somebody signs in with a key or a link, stays on the page that they opened, and signs out', async () => {
  const { token, id } = await createApiUser(house.database);
  const { context } = await house.visit('/inbox', { token });
  await context.clearCookies();
  const page = await context.newPage();
  const faults = watch(page, house.api.url);
  await page.goto(`${house.api.url}/reports`);
  await page.getByLabel('API key').fill('slk_not-a-key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('API key').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Reports' }).waitFor();
  await page.goto(`${house.api.url}/settings`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();

  // A scanner reads the link first and uses nothing up; a browser does, and forgets it.
  const link = `${house.api.url}/#signin=${await createSignInToken(house.database.pool, id, 60)}`;
  expect((await fetch(link)).status).toBe(200);
  const [opened, again] = [await context.newPage(), await context.newPage()];
  await opened.goto(link);
  await opened.getByRole('heading', { name: 'Inbox' }).waitFor();
  expect(opened.url()).toBe(`${house.api.url}/inbox`);
  await context.clearCookies();
  await again.goto(link);
  await again.getByRole('alert').waitFor();
  expect(faults.errors.filter((error) => !error.includes('401'))).toEqual([]);
});

test('the link of a workflow in the Temporal Web UI leads to its session', async () => {
  const { token } = await createApiUser(house.database);
  const id = await start(token, { topic: 'from the other side', template: 'minimal' });
  const { page } = await house.visit('/inbox', { token });
  for (const link of [consoleLink(house.api.url, id)!, `${house.api.url}/#session=${id}`]) {
    await page.goto(link);
    await page.getByRole('heading', { name: 'from the other side' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/sessions/${id}`);
  }
});

test('the first page loads at most 60 kB, and no part that comes later more than 130 kB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-console-'));
  await bundleInto(folder);
  const assets = join(folder, 'assets');
  const size = (name: string): number => gzipSync(readFileSync(join(assets, name))).length;
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const first = [...page.matchAll(/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name]) => name!);
  const later = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name) && !first.includes(name));
  expect(first.map(size).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(60_000);
  expect(later.filter((name) => size(name) > 130_000)).toEqual([]);
  expect(later.filter((name) => name.startsWith('gallery'))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});
