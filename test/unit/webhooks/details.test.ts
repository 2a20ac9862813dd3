import { describeDeliveries } from '../../../src/domain/webhooks/details.js';

const reply = { delivered: 3, failed: 2, waiting: 1, nextInMs: null, lastError: null };
const counts = '**3** delivered, **2** failed attempts, **1** waiting';

test.each<[string, object, string]>([
  ['the counts alone', {}, counts],
  ['the next attempt in whole seconds, rounded up', { nextInMs: 1_001 }, `${counts}\n\nnext attempt in 2 s`],
  ['an attempt that is late as due now', { nextInMs: -5_000 }, `${counts}\n\nnext attempt in 0 s`],
  ['the last failure', { lastError: 'status 500' }, `${counts}\n\nlast failure: status 500`],
  [
    'both',
    { nextInMs: 60_000, lastError: 'timeout' },
    `${counts}\n\nnext attempt in 60 s\n\nlast failure: timeout`,
  ],
])('the Web UI shows %s', (_what, more, text) => {
  expect(describeDeliveries({ ...reply, ...more })).toBe(text);
});
