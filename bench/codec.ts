/**
 * The Temporal Web UI over sealed payloads, in Debian's Chromium, for nobody, an analyst and an administrator.
 * Each visitor enters the codec server in the dialog of the Web UI (docs/operations/encryption.md). Then the history of
 * a report is opened, whose input holds its title. A session's would show nothing: prompts and topics never enter a
 * history. The program fails when anybody but the administrator reads the title, or the administrator does not.
 *
 * `node scripts/bench.mjs codec` after a build. It starts and removes a whole stack. `--shots <folder>` keeps pictures.
 * Not looked at: a Web UI with a sign-in of its own, other browsers, Temporal Cloud.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { createClient } from '../src/client/client.js';
import { workflowIdOf } from '../src/contracts/names.js';
import { startWholeStack, type WholeStack } from './support/whole-stack.js';

const { values } = parseArgs({ options: { shots: { type: 'string' } } });
const TITLE = 'the-secret-of-the-house';
const WAIT_MS = 60_000;
/** This long after the page shows its workflow nothing more of the history comes. */
const SETTLE_MS = 5_000;

interface Seen {
  readonly who: string;
  readonly codec: readonly number[];
  readonly readsTitle: boolean;
}

const keys = `bench:${randomBytes(32).toString('base64')}`;
const stack = await startWholeStack({ TEMPORAL_PAYLOAD_KEYS: keys, OFFLINE_LLM_LATENCY_MS: '0' });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const id = await makeReport();
  const people = { nobody: undefined, analyst: stack.analystToken, administrator: stack.token };
  const seen: Seen[] = [];
  for (const [who, token] of Object.entries(people)) seen.push(await look(browser, { who, token, id }));
  for (const { who, codec, readsTitle } of seen)
    console.log(
      `${who}: the codec answers ${[...new Set(codec)].join(' ')}, ${readsTitle ? 'plain' : 'sealed'}`,
    );
  const isRight = seen.every(({ who, readsTitle }) => readsTitle === (who === 'administrator'));
  process.exitCode = isRight ? 0 : 1;
} finally {
  await browser.close();
  await stack.stop();
}

async function makeReport(): Promise<string> {
  const client = createClient({ baseUrl: stack.url, token: stack.token });
  const { jobId } = await client.call('generateReport', { body: { title: TITLE, format: 'md' } });
  for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs; await setTimeout(300)) {
    const { state } = await client.call('getJob', { params: { id: jobId } });
    if (state === 'SUCCESS') return jobId;
  }
  throw new Error(`${jobId} did not end`);
}

interface Visit {
  readonly who: string;
  readonly token: string | undefined;
  readonly id: string;
}

async function look(inside: Browser, { who, token, id }: Visit): Promise<Seen> {
  const context = await inside.newContext({ viewport: { width: 1_440, height: 1_000 } });
  if (token !== undefined) await signIn(context, token);
  const page = await context.newPage();
  const codec: number[] = [];
  page.on('response', (answer) => {
    if (answer.url().includes('/api/v1/codec/') && answer.request().method() === 'POST')
      codec.push(answer.status());
  });
  const workflowId = workflowIdOf('report', id);
  await page.goto(`${uiOf(stack)}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
  await page.getByTestId('data-encoder-status').click();
  await page.getByText('Use my browser setting').click();
  await page.locator('#data-encoder-endpoint-input').fill(`${stack.url}/api/v1/codec`);
  await page.getByText('Include cross-origin credentials', { exact: true }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.reload();
  await page.getByText(workflowId).filter({ visible: true }).first().waitFor({ timeout: WAIT_MS });
  await setTimeout(SETTLE_MS);
  if (values.shots !== undefined) await page.screenshot({ path: join(values.shots, `codec-${who}.png`) });
  const text = await page.locator('body').innerText();
  await context.close();
  return { who, codec, readsTitle: text.includes(TITLE) };
}

/** As the console does; the cookie belongs to the host, whatever the port. */
async function signIn(context: BrowserContext, apiKey: string): Promise<void> {
  const answer = await context.request.post(`${stack.url}/api/v1/session`, { data: { apiKey } });
  if (!answer.ok()) throw new Error(`signing in failed with ${answer.status()}`);
}

function uiOf({ temporalUiUrl }: WholeStack): string {
  return temporalUiUrl.replace(/\/$/, '');
}
