import { createRateLimiter } from '../../../src/api/http/limits/rate-limiter.js';
import type {
  LeaseRequest,
  RateLimitLease,
  RateLimitStore,
} from '../../../src/api/http/limits/rate-limit-store.js';
import { permitsOf } from '../../../src/db/base/rate-limits.js';
import { createLogger } from '../../../src/platform/logger.js';

const logger = createLogger({ level: 'silent', service: 'test' });
const WINDOW_MS = 60_000;

/** A clock and a store that all processes of a test share. */
function world() {
  const clock = { ms: 0 };
  const used = new Map<string, { count: number; endsAt: number }>();
  const asked: LeaseRequest[] = [];
  let down = false;
  const store: RateLimitStore = {
    take(request): Promise<RateLimitLease> {
      asked.push(request);
      if (down) return Promise.reject(new Error('the store is down'));
      const { key, want, limit, windowMs } = request;
      const known = used.get(key);
      const window =
        known === undefined || known.endsAt <= clock.ms ? { count: 0, endsAt: clock.ms + windowMs } : known;
      window.count += want;
      used.set(key, window);
      return Promise.resolve({ ...permitsOf(window.count, want, limit), resetMs: window.endsAt - clock.ms });
    },
  };
  return {
    clock,
    asked,
    limiter: () => createRateLimiter({ store, logger, windowMs: WINDOW_MS, now: () => clock.ms }),
    setDown: (value: boolean) => void (down = value),
  };
}

async function allowedOf(take: () => unknown, count: number): Promise<number> {
  let allowed = 0;
  for (let index = 0; index < count; index += 1) {
    const verdict = (await take()) as { allowed: boolean };
    if (verdict.allowed) allowed += 1;
  }
  return allowed;
}

test.each([1, 2, 5, 19, 20, 21, 100, 6_000])(
  'exactly %i requests of a window are let through',
  async (limit) => {
    const limiter = world().limiter();
    expect(await allowedOf(() => limiter.take('a', limit), limit + 25)).toBe(limit);
  },
);

test('three processes together let through no more than the limit, and nearly all of it', async () => {
  const { limiter } = world();
  const processes = [limiter(), limiter(), limiter()];
  let turn = 0;
  const allowed = await allowedOf(() => processes[(turn += 1) % 3]?.take('a', 1_000), 3_000);
  expect(allowed).toBe(1_000);
});

test('requests at the same moment are counted each', async () => {
  const limiter = world().limiter();
  const verdicts = await Promise.all(Array.from({ length: 50 }, async () => limiter.take('a', 10)));
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(10);
});

test('most requests ask the store nothing', async () => {
  const { limiter, asked } = world();
  const one = limiter();
  await allowedOf(() => one.take('a', 6_000), 3_000);
  expect(asked.length).toBeLessThan(25);
});

test('a refused key asks the store nothing until its window ends', async () => {
  const { limiter, asked, clock } = world();
  const one = limiter();
  await allowedOf(() => one.take('a', 2), 3);
  const before = asked.length;
  await allowedOf(() => one.take('a', 2), 100);
  expect(asked).toHaveLength(before);
  clock.ms += WINDOW_MS;
  expect(await allowedOf(() => one.take('a', 2), 5)).toBe(2);
});

test('keys do not touch each other', async () => {
  const limiter = world().limiter();
  await allowedOf(() => limiter.take('a', 1), 5);
  expect(await allowedOf(() => limiter.take('b', 1), 5)).toBe(1);
});

test('a verdict says what is left and when there is more', async () => {
  const { limiter, clock } = world();
  const one = limiter();
  expect(await one.take('a', 40)).toEqual({ allowed: true, limit: 40, remaining: 39, resetSeconds: 60 });
  clock.ms += 20_500;
  expect(await one.take('a', 40)).toEqual({ allowed: true, limit: 40, remaining: 38, resetSeconds: 40 });
});

test('without its store a process counts alone, and asks again after a while', async () => {
  const { limiter, setDown, asked, clock } = world();
  const one = limiter();
  setDown(true);
  expect(await allowedOf(() => one.take('a', 3), 5)).toBe(3);
  await one.take('b', 3);
  expect(asked).toHaveLength(1);
  setDown(false);
  clock.ms += 2_000;
  await one.take('c', 3);
  expect(asked).toHaveLength(2);
});
