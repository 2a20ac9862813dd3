/**
 * Speed of the console in Debian's Chromium, against the stack that runs in SLUICE_HOME. Times: the first
 * paint, the first use of a page, and a change from its commit to the page. Sizes: a list of 10,000 sessions, a
 * grid of 1,000,000 rows, and an hour of events in a minute. Run it with `node scripts/bench.mjs console` after
 * a build, on a home of its own: it writes 10,000 sessions.
 *
 * Each figure stands beside its lower bound: an empty page, a bare LISTEN, the same question by fetch. Not
 * measured: a network, TLS, a phone's processor, other browsers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { chromium, type Browser, type Page } from 'playwright-core';
import { runEventsChannel } from '../src/contracts/names.js';
import { median, percentile, say } from './console/figures.js';
import { insertSessions } from '../test/support/many-sessions.js';
import { waitUntil } from '../test/support/wait-until.js';
import { moveSession } from './console/move-session.js';

interface Home {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly adminApiKey: string;
}

const LOADS = 15;
const CHANGES = 150;
const SESSIONS = 10_000;
const ROWS = 1_000_000;
/** Far from each other: no block is drawn or read twice. */
const JUMPS = [
  999_000, 40_000, 710_000, 250_000, 880_000, 120_000, 560_000, 330_000, 790_000, 480_000, 930_000,
];
const STREAMED = 3_600;
const TURNS = 120;

const homeFolder = process.env['SLUICE_HOME'];
if (homeFolder === undefined) throw new Error('SLUICE_HOME says which home may be filled');
const home = JSON.parse(readFileSync(join(homeFolder, 'dev.json'), 'utf8')) as Home;
const asAdmin = { Authorization: `Bearer ${home.adminApiKey}`, 'Content-Type': 'application/json' };
const pool = new pg.Pool({ connectionString: home.databaseUrl, max: 4 });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--enable-precise-memory-info'],
});
const model = await startModel();
try {
  measureFirstLoad();
  await measureLoads(browser);
  await measureChanges(await open('/sessions'));
  await measureGrid();
  await measureMemory();
  await measureList();
} finally {
  await browser.close();
  await pool.end();
}

/** The scripts and styles that the page itself names, as a browser asks for them. */
function measureFirstLoad(): void {
  const folder = join('dist', 'console');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const names = [...page.matchAll(/assets\/[\w.-]+\.(?:js|css)/g)].map(([name]) => name);
  const sizes = names.map((name) => gzipSync(readFileSync(join(folder, name))).length);
  const value = sizes.reduce((sum, size) => sum + size, 0) / 1_000;
  say('first load, gzipped', { value, wanted: 60, unit: 'kB' });
}

/** The session that all written ones are like, at its first gate. */
async function startModel(): Promise<string> {
  const topic = `The model of all ${Date.now()}`;
  const answer = await fetch(`${home.apiUrl}/api/v1/cot-sessions`, {
    method: 'POST',
    body: JSON.stringify({ topic, template: 'minimal' }),
    headers: Object.assign({ 'Idempotency-Key': crypto.randomUUID() }, asAdmin),
  });
  if (!answer.ok) throw new Error(`starting a session failed with ${answer.status}`);
  const { id } = (await answer.json()) as { id: string };
  const isAtGate = async (): Promise<boolean> => {
    const session = await fetch(`${home.apiUrl}/api/v1/cot-sessions/${id}`, { headers: asAdmin });
    return ((await session.json()) as { status: string }).status === 'waiting_approval';
  };
  await waitUntil(isAtGate, { what: `the first gate of ${id}`, timeoutMs: 300_000 });
  return id;
}

async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  await context.request.post(`${home.apiUrl}/api/v1/session`, { data: { apiKey: home.adminApiKey } });
  const page = await context.newPage();
  await page.goto(`${home.apiUrl}${path}`);
  await page.locator('h1').first().waitFor();
  return page;
}

function paintOf(page: Page): Promise<number> {
  return page.evaluate<number>(
    `new Promise((resolve) => new PerformanceObserver((list) => {
       const paint = list.getEntriesByName('first-contentful-paint')[0];
       if (paint !== undefined) resolve(paint.startTime);
     }).observe({ type: 'paint', buffered: true }))`,
  );
}

/** Interactive: the page has its heading and nothing of it is on its way. */
async function measureLoads(of: Browser): Promise<void> {
  const paints: number[] = [];
  const uses: number[] = [];
  const empty: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const page = await open('/inbox');
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    uses.push(await page.evaluate<number>('performance.now()'));
    paints.push(await paintOf(page));
    await page.context().close();
    const bare = await of.newPage();
    await bare.goto(`${home.apiUrl}/healthz`);
    empty.push(await paintOf(bare));
    await bare.close();
  }
  const least = median(empty);
  say('first contentful paint', { value: median(paints), wanted: 1_000, least, of: '/healthz' });
  say('interactive', { value: median(uses), wanted: 1_500, least, of: '/healthz' });
}

/** Clocks of one machine: both sides read the time of day. */
async function measureChanges(page: Page): Promise<void> {
  const [id] = await insertSessions(pool, { model, count: 1 });
  await page.reload();
  await page.locator('.live-live').waitFor();
  const listener = new pg.Client({ connectionString: home.databaseUrl });
  await listener.connect();
  await listener.query(`listen ${runEventsChannel}`);
  const heard: number[] = [];
  const seen: number[] = [];
  for (let change = 1; change <= CHANGES; change += 1) {
    const topic = `change ${change} of ${CHANGES}`;
    const shown = page.evaluate<number>(
      `new Promise((resolve) => {
         const look = () => {
           if (!document.body.textContent.includes(${JSON.stringify(topic)})) return false;
           resolve(Date.now());
           return true;
         };
         const watch = new MutationObserver(() => look() && watch.disconnect());
         watch.observe(document.body, { subtree: true, childList: true, characterData: true });
       })`,
    );
    const notified = new Promise<number>((resolve) =>
      listener.once('notification', () => resolve(Date.now())),
    );
    const committedAt = await moveSession(pool, id!, topic);
    heard.push((await notified) - committedAt);
    seen.push((await shown) - committedAt);
  }
  await listener.end();
  await page.context().close();
  say('commit to visible, p95', {
    value: percentile(seen, 0.95),
    wanted: 100,
    least: Math.max(1, percentile(heard, 0.95)),
    of: 'a bare LISTEN',
  });
}

async function measureList(): Promise<void> {
  await insertSessions(pool, { model, count: SESSIONS });
  const page = await open('/sessions');
  const more = page.getByRole('button', { name: 'Load more' });
  const table = page.locator('.sessions-table');
  const count = async (): Promise<number> => Number(await table.getAttribute('aria-rowcount')) - 1;
  for (let loaded = await count(); loaded < SESSIONS; loaded = await count()) {
    await more.click();
    await page.locator(`.sessions-table:not([aria-rowcount="${loaded + 1}"])`).waitFor();
  }
  await page.evaluate('scrollTo(0, 0)');
  await page.evaluate(
    `globalThis.tasks = []; new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => tasks.push(duration))).observe({ type: 'longtask' })`,
  );
  await page.mouse.move(700, 500);
  for (let turn = 0; turn < TURNS; turn += 1) {
    await page.mouse.wheel(0, 4_000);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
  const longest = await page.evaluate<number>('Math.max(0, ...tasks)');
  say(`longest task while ${SESSIONS} rows scroll`, { value: longest, wanted: 50 });
  const elements = await page.locator('.sessions-table tr').count();
  say('rows of them that are elements', { value: elements, wanted: SESSIONS / 10, unit: 'rows' });
  await page.context().close();
}

async function measureGrid(): Promise<void> {
  const page = await open('/sql');
  await page.locator('.live-live').waitFor();
  const id = await page.evaluate<string>(
    `(async () => {
       const sql = 'select n, n * 2 as twice, md5(n::text) as hash from generate_series(1, ${ROWS}) as n';
       const ask = async (body) => (await (await fetch('/api/v1/sql/cache/execute-async', {
         method: 'POST',
         headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
         body: JSON.stringify(body),
       })).json());
       let answer = await ask({ sql });
       if (answer.confirm_token !== undefined) answer = await ask({ sql, confirm_token: answer.confirm_token });
       for (;;) {
         const status = await (await fetch('/api/v1/sql/cache/status/' + answer.session_id)).json();
         if (status.is_complete) return answer.session_id;
         await new Promise((resolve) => setTimeout(resolve, 300));
       }
     })()`,
  );
  await page.goto(`${home.apiUrl}/sql/${id}`);
  const box = page.getByRole('spinbutton').first();
  await box.waitFor();
  const asked = await timesOf((row) =>
    page.evaluate<number>(
      `(async () => { const from = performance.now(); await (await fetch('/api/v1/sql/cache/results/${id}?offset=${row - 5_000}&limit=500')).text(); return performance.now() - from; })()`,
    ),
  );
  const jumped = await timesOf(async (row) => {
    await box.fill(String(row));
    const shown = page.evaluate<number>(
      `new Promise((resolve) => {
         let from = performance.now();
         addEventListener('keydown', () => { from = performance.now(); }, { once: true, capture: true });
         const look = () => document.querySelector('.grid')?.textContent.includes('${row * 2}') && resolve(performance.now() - from);
         new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
       })`,
    );
    await box.press('Enter');
    return shown;
  });
  const [first] = jumped;
  const least = { least: median(asked), of: 'the same block by fetch' };
  say(`first jump, to row ${JUMPS[0]} of ${ROWS}`, { value: first!, wanted: 100 });
  say(`${JUMPS.length} jumps there, median`, { value: median(jumped), wanted: 100, ...least });
  say('the slowest of them', { value: Math.max(...jumped), wanted: 100 });
  await page.context().close();
}

async function timesOf(measure: (row: number) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (const row of JUMPS) times.push(await measure(row));
  return times;
}

/** An hour at one event a second, as fast as the page takes them. */
async function measureMemory(): Promise<void> {
  const [id] = await insertSessions(pool, { model, count: 1, status: 'running' });
  const page = await open(`/sessions/${id}?tab=events`);
  await page.locator('.live-live').waitFor();
  const protocol = await page.context().newCDPSession(page);
  const held = async (): Promise<number> => {
    await protocol.send('HeapProfiler.collectGarbage');
    return (await protocol.send('Runtime.getHeapUsage')).usedSize;
  };
  const before = await held();
  for (let event = 0; event < STREAMED; event += 1) await moveSession(pool, id!, `an hour, event ${event}`);
  await page
    .getByText(`an hour, event ${STREAMED - 1}`)
    .first()
    .waitFor({ state: 'attached' });
  const grown = ((await held()) - before) / 2 ** 20;
  say('an open session page after an hour of events', { value: grown, wanted: 20, unit: 'MB' });
  await page.context().close();
}
