import { announce } from '../../../src/db/base/announcer.js';
import { useDatabase } from '../../support/servers/database.js';
import { waitUntil } from '../../support/wait-until.js';

const database = useDatabase();

test('an announcement after one that was sent is heard as well', async () => {
  const listener = await database.pool.connect();
  const heard: string[] = [];
  listener.on('notification', ({ payload }) => void heard.push(payload ?? ''));
  await listener.query('listen announced');
  try {
    for (const payload of ['first', 'second', 'third']) {
      announce(database.pool, [{ channel: 'announced', payload }]);
      await waitUntil(() => Promise.resolve(heard.includes(payload)), { what: payload });
    }
  } finally {
    listener.release(true);
  }
  expect(heard).toEqual(['first', 'second', 'third']);
});
