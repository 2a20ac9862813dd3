import { createLogger } from '../../../src/platform/logger.js';
import { createListenerClient } from '../../../src/platform/pool.js';
import { WakeUpListener } from '../../../src/platform/wake-up-listener.js';
import { useDatabase } from '../../support/servers/database.js';
import { openTcpGate } from '../../support/servers/tcp-gate.js';
import { waitUntil } from '../../support/wait-until.js';

const database = useDatabase();

test('a connection whose other side vanished without a word is found, and another one listens', async () => {
  const { host } = new URL(database.url);
  const gate = await openTcpGate(host);
  const url = new URL(database.url);
  url.host = gate.address;
  const heard: string[] = [];
  const listener = new WakeUpListener({
    createClient: () => createListenerClient(url.href, 'half-open-test'),
    logger: createLogger({ level: 'silent', service: 'test' }),
    channel: 'half_open',
    onMessage: (payload) => void heard.push(payload),
    onListening: () => void heard.push('listening'),
  });
  listener.start();
  await waitUntil(() => Promise.resolve(heard.length === 1), { what: 'the first connection' });
  gate.freeze();
  await waitUntil(() => Promise.resolve(heard.length === 2), { what: 'the second connection' });
  await database.pool.query("select pg_notify('half_open', 'hello')");
  await waitUntil(() => Promise.resolve(heard.includes('hello')), { what: 'the announcement' });
  expect(heard).toEqual(['listening', 'listening', 'hello']);
  await listener.stop();
  await gate.close();
});
