import { isToBeIndexed } from '../../../src/domain/sessions/indexed.js';

const before = { status: 'running', phase: 1, atMs: 10_000 };

test.each([
  ['another status', { status: 'paused', phase: 1, atMs: 10_000 }],
  ['another status and phase', { status: 'paused', phase: 2, atMs: 10_001 }],
  ['another phase after five seconds', { status: 'running', phase: 2, atMs: 15_000 }],
  ['an earlier phase after five seconds', { status: 'running', phase: 0, atMs: 16_000 }],
])('%s is written to the search attributes', (_what, next) => {
  expect(isToBeIndexed(before, next)).toBe(true);
});

test.each([
  ['another phase within five seconds', { status: 'running', phase: 2, atMs: 14_999 }],
  ['the same after an hour', { status: 'running', phase: 1, atMs: 3_610_000 }],
])('%s is not written to the search attributes', (_what, next) => {
  expect(isToBeIndexed(before, next)).toBe(false);
});
