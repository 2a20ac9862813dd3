import { mkdtemp, rm, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { gatherSection } from '../../src/db/reports/gather-section.js';
import { seedBuiltinTemplates } from '../../src/db/templates/templates.js';
import { consoleLink } from '../../src/api/sessions/links.js';
import { withTransaction } from '../../src/db/base/transaction.js';
import { createApiUser, startApi, type TestApi } from '../support/api.js';
import { useDatabase } from '../support/servers/database.js';
import { withWorker } from '../support/spine.js';
import { useTemporal } from '../support/servers/temporal.js';
import { scriptedModel, withWorkers } from '../workflows/sessions/fixture.js';

const rig = { database: useDatabase(), temporal: useTemporal() };
const web = resolve(import.meta.dirname, '../../web');
let folder: string;
let api: TestApi;
let browser: Browser;

/** Debian's Chromium; as root it needs no sandbox, and it must not look for its maker's hosts. */
const launch = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-console-'));
  await build({
    entryPoints: [join(web, 'main.tsx')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
  });
  await cp(join(web, 'index.html'), join(folder, 'index.html'));
  await withTransaction(rig.database.pool, seedBuiltinTemplates);
  api = await startApi({ database: rig.database, temporal: rig.temporal, consoleFolder: folder });
  browser = await chromium.launch(launch);
});

afterAll(async () => {
  await browser?.close();
  await api?.close();
  await rm(folder, { recursive: true, force: true });
});

async function signedIn(): Promise<{ page: Page; foreign: string[]; errors: string[] }> {
  const { token } = await createApiUser(rig.database);
  const page = await browser.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => void (request.url().startsWith(api.url) || foreign.push(request.url())));
  page.on('pageerror', (error) => void errors.push(error.message));
  await page.goto(api.url);
  await page.fill('input[type=password]', token);
  await page.click('button:has-text("Sign in")');
  await page.waitForSelector('text=Start session');
  return { page, foreign, errors };
}

test('a person starts a session, reads, has a phase redone and approves it in the browser', async () => {
  const model = scriptedModel((_request, call) => `what the model said in call ${call}`);
  await withWorkers(rig, model, async () => {
    const { page, errors } = await signedIn();
    await page.fill('input', 'latte art');
    await page.click('text=Start session');
    await page.waitForSelector('text=Approve phase 1');
    await page.waitForSelector('text=what the model said in call 3');
    await page.fill('textarea', 'be bolder');
    await page.click('text=Redo phase 1');
    await page.waitForSelector('text=what the model said in call 6');
    await page.click('text=Approve phase 1');
    await page.waitForSelector('text=Approve phase 2');
    // As by the link that the workflow shows in the Temporal Web UI.
    const { rows } = await rig.database.pool.query<{ id: string }>(
      `select id from runs where title = 'latte art'`,
    );
    await page.goto(consoleLink(api.url, rows[0]!.id)!);
    await page.reload();
    await page.waitForSelector('h2:has-text("latte art")');
    await page.click('text=Cancel');
    await page.waitForSelector('.status.canceled');
    expect(errors).toEqual([]);
    await page.close();
  });
});

test('what a model writes loads nothing and runs nothing in the console', async () => {
  const hostile =
    '![x](https://evil.example/leak.png) <img src="https://evil.example/p.png" onerror="document.title=\'owned\'"> <script>document.title="owned"</script>';
  await withWorkers(
    rig,
    scriptedModel(() => hostile),
    async () => {
      const { page, foreign } = await signedIn();
      await page.fill('input', hostile);
      await page.click('text=Start session');
      await page.waitForSelector('text=Approve phase 1');
      await page.waitForSelector('pre:has-text("evil.example")');
      expect(await page.title()).toBe('Sluice');
      expect(foreign).toEqual([]);
      await page.close();
    },
  );
});

test('a report that lacks a section says so to its reader, who has it gathered anew', async () => {
  let isBroken = true;
  const gather: typeof gatherSection = (sources, asked) =>
    isBroken && asked.section === 'usage'
      ? Promise.reject(ApplicationFailure.nonRetryable('no table', 'Broken'))
      : gatherSection(sources, asked);
  await withWorker(rig.database, rig.temporal, { gather }, async () => {
    const { page, errors } = await signedIn();
    await page.click('text=Make a report');
    await page.waitForSelector('text=The report has gaps.');
    expect(await page.textContent('.problem li')).toContain('Tokens and cost');
    isBroken = false;
    await page.click('text=Gather what is missing');
    await page.waitForSelector('text=The new job is job_');
    expect(errors).toEqual([]);
    await page.close();
  });
});
