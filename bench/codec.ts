/**
 * The Temporal Web UI over sealed payloads, in Debian's Chromium, for nobody, an analyst and an administrator.
 * Each visitor enters the codec server in the dialog of the Web UI (docs/operations/encryption.md). Then the history of
 * a session is opened. The program fails when anybody but the administrator reads the topic, or the administrator does not.
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
import { startWholeStack, type WholeStack } from './whole-stack.js';

const { values } = parseArgs({ options: { shots: { type: 'string' } } });
const TOPIC = 'the-secret-of-the-house';
const WAIT_MS = 60_000;
/** After this long nothing more of a history comes. */
const SETTLE_MS = 5_000;

interface Seen {
  readonly who: string;
  readonly codec: readonly number[];
  readonly readsTopic: boolean;
}

const keys = `bench:${randomBytes(32).toString('base64')}`;
const stack = await startWholeStack({ TEMPORAL_PAYLOAD_KEYS: keys, OFFLINE_LLM_LATENCY_MS: '0' });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const id = await startSession();
  const people = { nobody: undefined, analyst: stack.analystToken, administrator: stack.token };
  const seen: Seen[] = [];
  for (const [who, token] of Object.entries(people)) seen.push(await look(browser, { who, token, id }));
  for (const { who, codec, readsTopic } of seen)
    console.log(
      `${who}: the codec answers ${[...new Set(codec)].join(' ')}, ${readsTopic ? 'plain' : 'sealed'}`,
    );
  const isRight = seen.every(({ who, readsTopic }) => readsTopic === (who === 'administrator'));
  process.exitCode = isRight ? 0 : 1;
} finally {
  await browser.close();
  await stack.stop();
}

async function startSession(): Promise<string> {
  const client = createClient({ baseUrl: stack.url, token: stack.token });
  const { id } = await client.call('createSession', { body: { topic: TOPIC, template: 'minimal' } });
  for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs; await setTimeout(300)) {
    const { status } = await client.call('getSessionProgress', { params: { id } });
    if (status === 'waiting_approval') return id;
  }
  throw new Error(`${id} has no gate`);
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
  const workflowId = encodeURIComponent(workflowIdOf('cot-session', id));
  await page.goto(`${uiOf(stack)}/namespaces/default/workflows/${workflowId}`);
  await page.getByTestId('data-encoder-status').click();
  await page.getByText('Use my browser setting').click();
  await page.locator('#data-encoder-endpoint-input').fill(`${stack.url}/api/v1/codec`);
  await page.locator('label[for=pass-access-credentials]').click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.reload();
  await setTimeout(SETTLE_MS);
  if (values.shots !== undefined) await page.screenshot({ path: join(values.shots, `codec-${who}.png`) });
  const text = await page.locator('body').innerText();
  await context.close();
  return { who, codec, readsTopic: text.includes(TOPIC) };
}

/** As the console does; the cookie belongs to the host, whatever the port. */
async function signIn(context: BrowserContext, apiKey: string): Promise<void> {
  const answer = await context.request.post(`${stack.url}/api/v1/session`, { data: { apiKey } });
  if (!answer.ok()) throw new Error(`signing in failed with ${answer.status()}`);
}

function uiOf({ temporalUiUrl }: WholeStack): string {
  return temporalUiUrl.replace(/\/$/, '');
}
