import { loadCharts } from '../../../src/activities/reports/draw-chart.js';
import type { ReportChart } from '../../../src/domain/reports/document.js';

const draw = await loadCharts();
const hostile = `</text><script>alert(1)</script><style>*{display:none}</style>&"'`;
const chart: ReportChart = {
  title: 'Runs',
  shape: 'bars',
  unit: 'runs',
  categories: ['a', 'b'],
  series: [
    { name: 'completed', values: [1, 2] },
    { name: 'failed', values: [2, 1] },
  ],
};

test.each(['bars', 'lines'] as const)('the labels of %s are escaped texts, wherever they stand', (shape) => {
  const svg = draw({
    ...chart,
    shape,
    title: hostile,
    unit: hostile,
    categories: [hostile, 'b'],
    series: [
      { name: hostile, values: [1, 2] },
      { name: 'other', values: [2, 1] },
    ],
  });

  expect([...new Set([...svg.matchAll(/<([a-z]+)/gi)].map(([, tag]) => tag))].sort()).toEqual(
    expect.not.arrayContaining(['script', 'style', 'image', 'foreignObject', 'a', 'use']),
  );
  expect(svg.match(/&lt;\/text&gt;&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(3);
});

test('a chart loads nothing, reacts to nothing and is drawn the same each time', () => {
  const svg = draw(chart);

  expect(svg).not.toMatch(/<style|<script|\son\w+=|\sclass=|href=|url\(/);
  expect(draw(chart)).toBe(svg);
});

test('a series that is called like a status has its colour', () => {
  expect(draw(chart)).toContain('fill="#2c8a57"');
  expect(draw(chart)).toContain('fill="#c4423c"');
});

test('bars with long names lie on their side, one below the other, and the drawing grows with them', () => {
  const heightOf = (count: number): number => {
    const categories = Array.from({ length: count }, (_, index) => `a name that is long ${index}`);
    const svg = draw({ ...chart, categories, series: [{ name: 'one', values: categories.map(() => 1) }] });
    expect(svg).toContain(`a name that is long ${count - 1}`);
    return Number(/height="(\d+)"/.exec(svg)?.[1]);
  };

  expect(heightOf(30)).toBeGreaterThan(heightOf(3));
});
