// Opens the console of the stack in SLUICE_HOME in Firefox. It signs in, reads a session and approves its first
// gate. Playwright does not drive Debian's Firefox; it speaks WebDriver BiDi over a WebSocket. `npm run
// test:firefox`
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

const PATIENCE_MS = 60_000;
const ENTER = '\uE007';
const CONTROL = '\uE009';
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const home = process.env.SLUICE_HOME ?? join(root, '.sluice');
const { apiUrl, analystApiKey } = JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8'));
const id = await startSession();
const profile = mkdtempSync(join(tmpdir(), 'sluice-firefox-'));
const firefox = spawn(
  process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
  ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
  { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } },
);
try {
  await decideInFirefox(await connect(await addressOf(firefox)));
  console.log('Firefox: signed in, read a session, approved a gate, with no error on the console.');
} finally {
  firefox.kill('SIGKILL');
  await new Promise((ended) => firefox.once('close', ended));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function decideInFirefox(send) {
  const faults = [];
  await send('session.new', { capabilities: {} });
  await send('session.subscribe', { events: ['log.entryAdded'] });
  send.onEvent((method, { level, text }) => {
    // The page asks who it is before anybody signed in: that answer is 401.
    if (method === 'log.entryAdded' && level === 'error') faults.push(text);
  });
  const { contexts } = await send('browsingContext.getTree', {});
  const context = contexts[0].context;
  const run = async (expression) => {
    const { type, result, exceptionDetails } = await send('script.evaluate', {
      expression,
      target: { context },
      awaitPromise: true,
    });
    if (type === 'exception') throw new Error(exceptionDetails.text);
    return result.value;
  };
  const until = async (what, expression) => {
    const end = Date.now() + PATIENCE_MS;
    while (!(await run(`Promise.resolve(${expression}).then(Boolean)`))) {
      if (Date.now() > end)
        throw new Error(`not within a minute: ${what}\n${await run('document.body.innerText')}`);
      await new Promise((resume) => setTimeout(resume, 100));
    }
  };
  const keys = (actions) =>
    send('input.performActions', { context, actions: [{ type: 'key', id: 'keyboard', actions }] });
  const down = (value) => ({ type: 'keyDown', value });
  const up = (value) => ({ type: 'keyUp', value });
  const type = (text) => keys([...text].flatMap((letter) => [down(letter), up(letter)]));
  const open = (path) =>
    send('browsingContext.navigate', { context, url: `${apiUrl}${path}`, wait: 'complete' });

  await open(`/sessions/${id}`);
  await until('the sign-in', `document.querySelector('input[type=password]')`);
  await run(`document.querySelector('input[type=password]').focus()`);
  await type(`${analystApiKey}${ENTER}`);
  await until('the session', `document.querySelector('.decision')`);
  await until('its output', `document.querySelector('.prose')?.textContent.trim()`);
  await type('a');
  await until('the notes', `document.activeElement?.matches('textarea')`);
  await type('read in Firefox');
  await keys([down(CONTROL), down(ENTER), up(ENTER), up(CONTROL)]);
  const session = `fetch('/api/v1/cot-sessions/${id}').then((answer) => answer.json())`;
  await until('the decision', `${session}.then(({ progress }) => progress.currentPhase > 1)`);
  if (faults.length > 0) throw new Error(`Firefox reports ${faults.join('\n')}`);
}

async function startSession() {
  const headers = { Authorization: `Bearer ${analystApiKey}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${apiUrl}/api/v1/cot-sessions`, {
    method: 'POST',
    headers: { ...headers, 'Idempotency-Key': randomUUID() },
    body: JSON.stringify({ topic: 'Read in Firefox', template: 'minimal' }),
  });
  if (!answer.ok) throw new Error(`starting a session failed with ${answer.status}`);
  return (await answer.json()).id;
}

/** Firefox prints its address on stderr. */
function addressOf({ stderr }) {
  return new Promise((found, fail) => {
    let printed = '';
    setTimeout(() => fail(new Error(`Firefox does not listen: ${printed}`)), PATIENCE_MS).unref();
    stderr.on('data', (part) => {
      printed += part;
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(printed)?.[1];
      if (address !== undefined) found(`${address}/session`);
    });
  });
}

async function connect(address) {
  const socket = new WebSocket(address);
  await new Promise((opened, fail) => socket.once('open', opened).once('error', fail));
  const waiting = new Map();
  let hear = () => undefined;
  socket.on('message', (message) => {
    const { id: number, method, params, result, type, message: reason } = JSON.parse(message);
    if (method !== undefined) return hear(method, params);
    const { resolve: give, reject } = waiting.get(number);
    waiting.delete(number);
    return type === 'error' ? reject(new Error(reason)) : give(result);
  });
  let last = 0;
  const send = (method, params) =>
    new Promise((give, reject) => {
      last += 1;
      waiting.set(last, { resolve: give, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  send.onEvent = (listener) => (hear = listener);
  return send;
}
