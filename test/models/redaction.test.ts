import { inspect } from 'node:util';
import type { ModelReply } from '../support/models/reply.js';
import { createRedactor } from '../../src/models/providers/redact.js';
import { ask, canary, failureOf, modelOf, useModelServer, wires } from './fixture.js';

const server = useModelServer();
const secretPrompt = 'PROMPT-CANARY-91c2';

/** Everything that a logger, Temporal or an event could make of an error. */
function everythingIn(error: object): string {
  const all = Object.fromEntries(
    Object.getOwnPropertyNames(error).map((name) => [name, (error as Record<string, unknown>)[name]]),
  );
  return `${inspect(error, { depth: 20, showHidden: true })}\n${JSON.stringify(all)}\n${String(error)}`;
}

const echoes: readonly (readonly [string, ModelReply])[] = [
  [
    'in the message',
    { status: 401, body: JSON.stringify({ error: { message: `wrong key ${canary}`, type: 'x' } }) },
  ],
  ['in a body of plain text', { status: 500, body: `Authorization: Bearer ${canary}` }],
  ['in a header', { status: 400, headers: { 'x-debug-authorization': `Bearer ${canary}` } }],
  [
    'in base64',
    { status: 500, body: JSON.stringify({ error: { message: Buffer.from(canary).toString('base64') } }) },
  ],
  [
    'in the middle of a stream',
    { text: 'a b c', errorAfter: { frames: 3, type: 'api_error', message: `key was ${canary}` } },
  ],
  ['in a broken frame', { text: 'a b c', garbageAfter: 2 }],
  ['with a broken socket', { text: 'a b c', cutAfter: 3 }],
];

describe.each(wires)('over %s', (provider) => {
  test.each(echoes)(
    'neither the key nor the prompt leaves in an error when the server echoes it %s',
    async (_, reply) => {
      server.reply(reply);
      const failure = await failureOf(
        modelOf({ provider, baseUrl: server.url }).request(ask({ system: secretPrompt })),
      );
      const shown = everythingIn(failure);
      expect(shown).not.toContain(canary);
      expect(shown).not.toContain(Buffer.from(canary).toString('base64'));
      expect(shown).not.toContain(secretPrompt);
      expect(failure.cause).toBeUndefined();
    },
  );
});

test('keys of others are taken out by their shape, and long messages are cut', () => {
  const redact = createRedactor(['my-own-key']);
  expect(redact('a my-own-key b sk-proj-abcdefgh12345 c')).toBe('a [redacted] b [redacted] c');
  expect(redact('x'.repeat(5_000)).length).toBeLessThan(402);
});
