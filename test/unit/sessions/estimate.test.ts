import { estimateOf, type StepMedian } from '../../../src/domain/sessions/estimate.js';

const medians: StepMedian[] = [
  { phase: 1, step: 'THINK', samples: 4, medianMs: 3_000 },
  { phase: 1, step: 'EXECUTE', samples: 2, medianMs: 5_000 },
  { phase: 2, step: 'THINK', samples: 9, medianMs: 100 },
];
const left = (phase: number, step: 'THINK' | 'EXECUTE' | 'INTEGRATE', runningMs: number | null = null) => ({
  phase,
  step,
  runningMs,
});

test.each([
  ['nothing is left', [], null],
  ['each step counts with its median', [left(1, 'THINK'), left(1, 'EXECUTE')], { leftMs: 8_000, samples: 2 }],
  ['the running step with what is left of it', [left(1, 'EXECUTE', 1_200)], { leftMs: 3_800, samples: 2 }],
  [
    'a step that takes longer than ever has nothing left',
    [left(1, 'THINK', 9_000), left(2, 'THINK')],
    { leftMs: 100, samples: 4 },
  ],
  ['one step without a history leaves no estimate', [left(1, 'THINK'), left(2, 'EXECUTE')], null],
])('%s', (_what, remaining, estimate) => {
  expect(estimateOf(remaining, medians)).toEqual(estimate);
});

test('without any history there is no estimate', () => {
  expect(estimateOf([left(1, 'THINK')], [])).toBeNull();
});
