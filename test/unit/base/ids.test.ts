import { idSchema, newId } from '../../../src/contracts/ids.js';
import { timeOfSortableId } from '../../../src/domain/sortable-id.js';

test('an id carries its prefix and fits its own schema', () => {
  const id = newId('job');
  expect(id).toMatch(/^job_/);
  expect(idSchema('job').safeParse(id).success).toBe(true);
  expect(idSchema('user').safeParse(id).success).toBe(false);
});

test.each([0, 1, 1_700_000_000_000, 2 ** 47, 2 ** 48 - 1])('an id made at %d holds that time', (at) => {
  expect(timeOfSortableId(newId('session', at))).toBe(at);
});

test('ids made later sort later', () => {
  const ids = [5, 1_000, 1_700_000_000_000, 1_700_000_000_001].map((at) => newId('session', at));
  expect([...ids].sort()).toEqual(ids);
});

test('ids made in the same millisecond differ', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => newId('job', 1))).size).toBe(1_000);
});
