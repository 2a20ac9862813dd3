import type { ReportChart } from '../../domain/reports/document.js';
import type { DrawChart } from '../../domain/reports/html.js';
import { widthOf } from '../../domain/reports/text-width.js';
import { shortened } from '../../domain/shortened.js';

/** Wide enough for a page, and as tall as its bars need. */
const WIDTH = 720;
const HEIGHT = 260;
const BAR_HEIGHT = 22;
const LONGEST_LABEL = 28;
/**
 * The font that is shipped for PDF, then whatever the reader has: all of them have the glyphs. A single weight. With
 * two fonts in a drawing the typesetter numbers them at random, and each file differs.
 */
const FONT = "'BIZ UDPGothic', system-ui, sans-serif";
const COLOURS = ['#4c7bd9', '#d9844c', '#8a6fc4', '#3f9aa6', '#b9801f', '#7a8699'];
/** A series named like a status has the colour of its badge. */
const STATUS_COLOURS = new Map([
  ['completed', '#2c8a57'],
  ['failed', '#c4423c'],
  ['rejected', '#8f2f5b'],
  ['canceled', '#7a8699'],
]);

/** Loaded with the first chart: a worker that draws none does not pay for the library. */
export async function loadCharts(): Promise<DrawChart> {
  const core = await import('echarts/core.js');
  const charts = await import('echarts/charts.js');
  const components = await import('echarts/components.js');
  const renderers = await import('echarts/renderers.js');
  core.use([
    charts.BarChart,
    charts.LineChart,
    components.GridComponent,
    components.LegendComponent,
    components.TitleComponent,
    renderers.SVGRenderer,
  ]);
  // There is no canvas that could measure a text; the guess of the library is for narrower letters than ours.
  core.setPlatformAPI({ measureText: (text, font) => ({ width: widthOf(text) * sizeOf(font) }) });
  return (chart) => {
    const height = heightOf(chart);
    const canvas = core.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
    try {
      canvas.setOption(optionOf(chart));
      return onlyDrawing(canvas.renderToSVGString());
    } finally {
      canvas.dispose();
    }
  };
}

/**
 * Without its hover rules, whose style element would reach the whole page, and without invisible parts. Texts in it
 * are escaped, so nothing in them looks like these.
 */
function onlyDrawing(svg: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<path[^>]* fill-opacity="0"[^>]*><\/path>\n?/g, '')
    .replace(/ (class|ecmeta_\w+|pointer-events)="[^"]*"/g, '');
}

function sizeOf(font = ''): number {
  return Number(/([\d.]+)px/.exec(font)?.[1] ?? 12);
}

/** Many bars with names lie on their side, so that the names can be read. */
function isLying({ shape, categories }: ReportChart): boolean {
  return shape === 'bars' && categories.some((category) => category.length > 12);
}

function heightOf(chart: ReportChart): number {
  if (!isLying(chart)) return HEIGHT;
  const bars = chart.stacked === true ? 1 : chart.series.length;
  return 130 + chart.categories.length * Math.max(1, bars) * BAR_HEIGHT;
}

function optionOf(chart: ReportChart): Record<string, unknown> {
  const lying = isLying(chart);
  const categories = {
    type: 'category',
    data: chart.categories.map((category) => shortened(category, LONGEST_LABEL)),
    inverse: lying,
    axisTick: { show: false },
    axisLabel: lying ? { interval: 0 } : {},
  };
  const values = {
    type: 'value',
    name: chart.unit,
    ...(lying ? { nameLocation: 'middle', nameGap: 26 } : { nameTextStyle: { align: 'left' } }),
    minInterval: chart.unit === 'runs' ? 1 : 0,
  };
  return {
    animation: false,
    color: COLOURS,
    textStyle: { fontFamily: FONT },
    title: {
      text: chart.title,
      left: 0,
      top: 0,
      textStyle: { fontSize: 15, fontWeight: 'normal', fontFamily: FONT },
    },
    ...(chart.series.length > 1 ? { legend: { top: 24, left: 0, itemHeight: 10, selectedMode: false } } : {}),
    grid: {
      left: 8,
      right: 40,
      top: 70,
      bottom: lying ? 30 : 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: lying ? values : categories,
    yAxis: lying ? categories : values,
    series: chart.series.map(({ name, values: data }) => ({
      name,
      type: chart.shape === 'bars' ? 'bar' : 'line',
      data: [...data],
      ...(STATUS_COLOURS.has(name) ? { color: STATUS_COLOURS.get(name) } : {}),
      silent: true,
      ...(chart.stacked === true ? { stack: 'all' } : {}),
      ...(chart.shape === 'bars' ? { barMaxWidth: 28 } : { showSymbol: chart.categories.length < 40 }),
    })),
  };
}
