// Writes docs/images/ from the stack that runs in SLUICE_HOME: the pages that the README shows, as small PNGs.
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const home = process.env.SLUICE_HOME ?? join(root, '.sluice');
const { apiUrl, adminApiKey, analystApiKey } = JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8'));
const images = join(root, 'docs/images');
const wide = { width: 1_280, height: 800 };
const phone = { width: 390, height: 780 };
mkdirSync(images, { recursive: true });

const items = await itemsOf('/api/v1/gates?limit=100', analystApiKey);
if (items.length === 0) throw new Error('nothing waits at a gate: start a session first');
const latest = items.reduce((one, other) => (other.phase > one.phase ? other : one));
const [statement] = await itemsOf('/api/v1/sql/cache/sessions?limit=1', adminApiKey);
if (statement === undefined) throw new Error('no statement was run: run one on /sql first');
const [notices] = await itemsOf('/jobs?kind=deadline-run&limit=1', adminApiKey);
if (notices === undefined)
  throw new Error('nobody was told of a deadline: start a run on /notifications first');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
await shoot('inbox', '/inbox', wide, 'light');
await shoot('session', `/sessions/${latest.sessionId}`, wide, 'light');
await shoot('timeline', `/sessions/${latest.sessionId}?tab=timeline`, wide, 'dark');
await shoot('gate-phone', `/gates/${latest.id}`, phone, 'dark');
await shoot('sessions', '/sessions', wide, 'light');
await shoot('operations', '/operations', wide, 'dark', adminApiKey);
await shoot('sql', `/sql/${statement.session_id}`, wide, 'light', adminApiKey);
await shoot('notifications', `/notifications/runs/${notices.jobId}`, wide, 'light', adminApiKey);
await browser.close();

async function itemsOf(path, apiKey) {
  const answer = await fetch(`${apiUrl}${path}`, { headers: { Authorization: `Bearer ${apiKey}` } });
  return (await answer.json()).items;
}

async function shoot(name, path, viewport, colorScheme, apiKey = analystApiKey) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-US',
  });
  await context.request.post(`${apiUrl}/api/v1/session`, { data: { apiKey } });
  const page = await context.newPage();
  await page.goto(`${apiUrl}${path}`);
  await page.locator('.decision, .timeline, .table, .grid, .empty').first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: join(images, `${name}.png`) });
  await context.close();
  console.log(`docs/images/${name}.png`);
}
