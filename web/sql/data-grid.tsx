import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isNumeric } from '../../src/domain/reports/query-chart.js';
import { cellText } from '../../src/domain/sql/cell-text.js';
import { visibleText } from '../../src/domain/visible-text.js';
import { number } from '../app/format';
import { t } from '../app/i18n';
import type { SqlResults } from '../app/types';
import { ProblemNote, Skeleton } from '../ui/panel';
import { firstAfterKey, firstAt, lastFirst, topOf, type GridScroll } from './grid-scroll';
import { readRows } from './sql-queries';

/**
 * A grid that reaches the last of a million rows.
 * G1. Browsers end at about 16.7 million pixels, so the space is never higher than MOST_PIXELS. The scroll
 * bar's place is a share of the way through the rows.
 * G2. A pixel may stand for many rows. Keys, the wheel and "go to row" set the row itself, and the bar follows.
 * G3. Only the rows that are seen are elements. A jump asks for their blocks at once, a bar that is dragged only when
 *     it rests. Few blocks are kept.
 */
const ROW_PX = 28;
const MOST_PIXELS = 8_000_000;
const BLOCK = 500;
const MOST_BLOCKS = 12;
const REST_MS = 40;

type Row = SqlResults['rows'][number];

interface Shape {
  readonly columns: SqlResults['columns'];
  readonly total: number;
}

export function DataGrid({ id }: { readonly id: string }) {
  const first = useSignal(0);
  const seenPx = useSignal(0);
  const frame = useRef<HTMLDivElement>(null);
  /** The place that the bar was set to: its event says nothing new. */
  const setTop = useRef(0);
  const count = countIn(seenPx.value);
  const { shape, rowAt, fault, again } = useBlocks(id, first.value, count);
  useEffect(() => {
    if (frame.current === null) return;
    const sizes = new ResizeObserver(() => (seenPx.value = frame.current?.clientHeight ?? 0));
    sizes.observe(frame.current);
    return () => sizes.disconnect();
  }, [shape !== undefined]);
  if (shape === undefined) {
    return fault === undefined ? <Skeleton lines={6} /> : <ProblemNote error={fault} onRetry={again} />;
  }
  const { total, columns } = shape;
  const scrollNow = (): GridScroll => {
    const { clientHeight = 0, scrollHeight = 0 } = frame.current ?? {};
    return { total, count: countIn(clientHeight), mostTop: scrollHeight - clientHeight };
  };
  const show = (row: number): void => {
    const scroll = scrollNow();
    first.value = Math.max(0, Math.min(lastFirst(scroll), row));
    if (frame.current === null) return;
    frame.current.scrollTop = topOf(first.value, scroll);
    setTop.current = frame.current.scrollTop;
  };
  const height = Math.min(MOST_PIXELS, (total + 1) * ROW_PX);
  const move = {
    onScroll: ({ currentTarget: { scrollTop } }: { currentTarget: HTMLDivElement }): void => {
      if (Math.abs(scrollTop - setTop.current) < 1) return;
      setTop.current = scrollTop;
      first.value = firstAt(scrollTop, scrollNow());
    },
    onKeyDown: (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const wanted = firstAfterKey(event.key, first.value, scrollNow());
      if (wanted === undefined) return;
      event.preventDefault();
      show(wanted);
    },
    onWheel: (event: WheelEvent): void => {
      if (height < MOST_PIXELS || event.ctrlKey || Math.abs(event.deltaY) <= Math.abs(event.deltaX)) return;
      event.preventDefault();
      const rows = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / ROW_PX : event.deltaY;
      show(first.value + Math.sign(rows) * Math.max(1, Math.round(Math.abs(rows))));
    },
  };
  return (
    <>
      <GoTo total={total} onGo={(row) => show(row - 1)} />
      {fault !== undefined && <ProblemNote error={fault} onRetry={again} />}
      <div ref={frame} class="grid-frame" tabIndex={0} role="group" aria-label={t().sql.result} {...move}>
        <div class="grid-space" style={{ '--height': `${height}px` }}>
          <table class="grid" aria-rowcount={total + 1}>
            <GridHead columns={columns} />
            <tbody>
              {rowsFrom(first.value, Math.min(count, total - first.value)).map((row) => (
                <GridRow key={row} number={row + 1} cells={rowAt(row)} columns={columns} />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </>
  );
}

/** The rows around a place, read in blocks. */
function useBlocks(id: string, first: number, count: number) {
  const shape = useSignal<Shape | undefined>(undefined);
  const blocks = useSignal<ReadonlyMap<number, readonly Row[]>>(new Map());
  const fault = useSignal<unknown>(undefined);
  const load = async (block: number): Promise<void> => {
    if (blocks.value.has(block)) return;
    const read = await readRows(id, block * BLOCK, BLOCK).catch((error: unknown) => ({ error }));
    fault.value = 'error' in read ? read.error : undefined;
    if ('error' in read) return;
    const { columns, rows, total_rows: total } = read;
    shape.value = { columns, total };
    const nearest = [...blocks.value].sort(([a], [b]) => Math.abs(a - block) - Math.abs(b - block));
    blocks.value = new Map(nearest.slice(0, MOST_BLOCKS - 1)).set(block, rows);
  };
  const total = shape.value?.total ?? 0;
  const loadSeen = (): void => {
    const seen = new Set([Math.floor(first / BLOCK), Math.floor((first + count) / BLOCK)]);
    for (const block of seen) if (block === 0 || block * BLOCK < total) void load(block);
  };
  const movedAt = useRef(-Infinity);
  useEffect(() => {
    const isJump = performance.now() - movedAt.current > REST_MS;
    movedAt.current = performance.now();
    const waiting = setTimeout(loadSeen, isJump ? 0 : REST_MS);
    return () => clearTimeout(waiting);
  }, [id, first, count, total]);
  return {
    shape: shape.value,
    fault: fault.value,
    again: loadSeen,
    rowAt: (row: number): Row | undefined => blocks.value.get(Math.floor(row / BLOCK))?.[row % BLOCK],
  };
}

function rowsFrom(first: number, count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, place) => first + place);
}

/** As many as fit below the names: a taller table would push the names out at the end. */
function countIn(px: number): number {
  return Math.max(1, Math.floor(px / ROW_PX) - 1);
}

/** Digits stand below each other. */
function kindOf(column: Shape['columns'][number]): string {
  return isNumeric(column) ? 'grid-number' : '';
}

function GridHead({ columns }: Pick<Shape, 'columns'>) {
  return (
    <thead>
      <tr>
        <th scope="col">#</th>
        {columns.map((column, place) => (
          <th key={place} scope="col" title={column.type} dir="auto" class={kindOf(column)}>
            {visibleText(column.name)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface GridRowProps {
  readonly number: number;
  readonly cells: Row | undefined;
  readonly columns: Shape['columns'];
}

function GridRow({ number: row, cells, columns }: GridRowProps) {
  return (
    <tr aria-rowindex={row + 1}>
      <td class="figures quiet">{number(row)}</td>
      {columns.map((column, place) => {
        const value = cells?.[place];
        return (
          <td key={place} dir="auto" class={value === null ? `quiet ${kindOf(column)}` : kindOf(column)}>
            {value === undefined ? '…' : cellText(value)}
          </td>
        );
      })}
    </tr>
  );
}

function GoTo({ total, onGo }: { readonly total: number; readonly onGo: (row: number) => void }) {
  const text = useSignal('');
  return (
    <form
      class="row grid-goto"
      onSubmit={(event) => {
        event.preventDefault();
        const row = Number(text.value);
        if (Number.isInteger(row) && row >= 1) onGo(Math.min(row, total));
      }}
    >
      <input
        class="input input-small"
        type="number"
        min={1}
        max={total}
        aria-label={t().sql.goTo}
        placeholder={t().sql.goTo}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
    </form>
  );
}
