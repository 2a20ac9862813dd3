import { inFlight } from '../../../src/workflows/notifications/in-flight.js';

const items = ['a', 'b', 'c', 'd', 'e'];

/** Work that ends when it is told to. */
function workbench() {
  const begun: string[] = [];
  const open = new Map<string, { end: () => void; fail: () => void }>();
  const work = (item: string): Promise<void> =>
    new Promise((resolve, reject) => {
      begun.push(item);
      open.set(item, { end: resolve, fail: () => reject(new Error(item)) });
    });
  const settle = async (item: string, way: 'end' | 'fail' = 'end'): Promise<void> => {
    open.get(item)?.[way]();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, settle };
}

test('so many are in flight at once, in their order, and each end begins the next', async () => {
  const { begun, work, settle } = workbench();
  const all = inFlight(items, 2, work);
  expect(begun).toEqual(['a', 'b']);
  await settle('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await settle('a');
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  for (const item of ['c', 'd', 'e']) await settle(item);
  await all;
  expect(begun).toEqual(items);
});

test('more places than items begin each item once', async () => {
  const { begun, work, settle } = workbench();
  const all = inFlight(items, 9, work);
  expect(begun).toEqual(items);
  for (const item of items) await settle(item);
  await all;
  expect(begun).toEqual(items);
});

test('a failure is told after all others in flight have ended', async () => {
  const { work, settle } = workbench();
  const ended: string[] = [];
  const all = inFlight(['a', 'b'], 2, work).catch((error: Error) => ended.push(error.message));
  await settle('a', 'fail');
  expect(ended).toEqual([]);
  await settle('b');
  await all;
  expect(ended).toEqual(['a']);
});

test('nothing to do ends at once', async () => {
  await expect(inFlight([], 3, () => Promise.reject(new Error('never')))).resolves.toBeUndefined();
});
