import { duration, number, shortDateTime } from '../app/format';
import { t } from '../app/i18n';
import type { HistorySeries } from '../app/types';

const WIDTH = 168;
const HEIGHT = 28;
const GAP = 1;

type Points = HistorySeries['points'];

interface ChartProps {
  readonly name: string;
  readonly points: Points;
}

/** How many ended in each part, those that failed at the foot of the bar. The table below it has the same numbers. */
export function EndedBars({ name, points }: ChartProps) {
  const words = t().operations;
  const most = Math.max(1, ...points.map(({ count }) => count));
  const step = WIDTH / points.length;
  return (
    <svg class="history-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.endedOf(name)}>
      {points.map(({ at, count, failed }, place) => {
        const [whole, broken] = [heightOf(count, most), heightOf(failed, most)];
        const bar = { x: place * step, width: step - GAP };
        return (
          <g key={at}>
            <title>{words.endedIn(shortDateTime(at), number(count), number(failed))}</title>
            <rect class="history-space" {...bar} y={0} height={HEIGHT} />
            <rect class="history-done" {...bar} y={HEIGHT - whole} height={Math.max(0, whole - broken)} />
            <rect class="history-failed" {...bar} y={HEIGHT - broken} height={broken} />
          </g>
        );
      })}
    </svg>
  );
}

/** A single one among many can still be seen. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT);
}

/** The slow ones of each part, from zero on. A part in which nothing completed has no mark. */
export function SlowTrend({ name, points }: ChartProps) {
  const words = t().operations;
  const most = Math.max(1, ...points.map(({ p95Ms }) => p95Ms ?? 0));
  const step = WIDTH / points.length;
  return (
    <svg class="history-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.slowOf(name)}>
      {points.map(({ at, p50Ms, p95Ms }, place) => {
        if (p50Ms === null || p95Ms === null) return null;
        const x = place * step;
        const [low, high] = [yOf(p50Ms, most), yOf(p95Ms, most)];
        return (
          <g key={at}>
            <title>{words.tookIn(shortDateTime(at), duration(p50Ms), duration(p95Ms))}</title>
            <rect class="history-space" x={x} width={step - GAP} y={0} height={HEIGHT} />
            <rect class="history-span" x={x} width={step - GAP} y={high} height={Math.max(1, low - high)} />
            <rect class="history-median" x={x} width={step - GAP} y={low - 1} height={2} />
          </g>
        );
      })}
    </svg>
  );
}

function yOf(ms: number, most: number): number {
  return HEIGHT - 1 - (ms / most) * (HEIGHT - 3);
}
