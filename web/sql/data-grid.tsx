import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { toastProblem } from '../app/toasts';
import { Skeleton } from '../ui/panel';
import { readRows, type Column, type Row } from './sql-queries';

/**
 * A grid that reaches the last of a million rows.
 * G1. Browsers end at about 16.7 million pixels: beyond MOST_PIXELS the place of the scroll bar is scaled to a row.
 * G2. Only the rows that are seen are elements; their blocks are asked for once.
 */
const ROW_PX = 28;
const MOST_PIXELS = 8_000_000;
const BLOCK = 500;

interface Shape {
  readonly columns: readonly Column[];
  readonly total: number;
}

export function DataGrid({ id }: { readonly id: string }) {
  const shape = useSignal<Shape | null>(null);
  const blocks = useSignal<ReadonlyMap<number, readonly Row[]>>(new Map());
  const first = useSignal(0);
  const frame = useRef<HTMLDivElement>(null);
  const load = async (block: number): Promise<void> => {
    if (blocks.value.has(block)) return;
    const { columns, rows, total_rows: total } = await readRows(id, block * BLOCK, BLOCK);
    shape.value = { columns, total };
    blocks.value = new Map([...blocks.value, [block, rows]]);
  };
  const total = shape.value?.total ?? 0;
  const height = Math.min(MOST_PIXELS, total * ROW_PX);
  const view = frame.current?.clientHeight ?? 480;
  // As many as fit below the names: a taller table would push the names out at the end.
  const count = Math.floor(view / ROW_PX) - 1;
  const scale = Math.max(1, (total * ROW_PX - view) / Math.max(1, height - view));
  useEffect(() => {
    for (const block of new Set([
      Math.floor(first.value / BLOCK),
      Math.floor((first.value + count) / BLOCK),
    ])) {
      void load(block).catch(toastProblem);
    }
  }, [id, first.value]);
  if (shape.value === null) return <Skeleton lines={6} />;
  const follow = (top: number): void => {
    first.value = Math.max(0, Math.min(total - 1, Math.floor((top * scale) / ROW_PX)));
  };
  const goTo = (row: number): void => {
    if (frame.current !== null) frame.current.scrollTop = ((row - 1) * ROW_PX) / scale;
  };
  const rows = Array.from(
    { length: Math.min(count, total - first.value) },
    (_, place) => first.value + place,
  );
  return (
    <>
      <GoTo total={total} onGo={goTo} />
      <div
        ref={frame}
        class="grid-frame"
        tabIndex={0}
        role="group"
        aria-label={t().sql.result}
        onScroll={(event) => follow(event.currentTarget.scrollTop)}
      >
        <div class="grid-space" style={{ '--height': `${height + ROW_PX}px` }}>
          <table
            class="grid"

            aria-rowcount={total + 1}
          >
            <thead>
              <tr>
                <th scope="col">#</th>
                {shape.value.columns.map(({ name, type }, place) => (
                  <th key={place} scope="col" title={type}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <GridRow
                  key={row}
                  number={row + 1}
                  cells={blocks.value.get(Math.floor(row / BLOCK))?.[row % BLOCK]}
                  width={shape.value?.columns.length ?? 0}
                />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </>
  );
}

interface GridRowProps {
  readonly number: number;
  readonly cells: Row | undefined;
  readonly width: number;
}

function GridRow({ number: row, cells, width }: GridRowProps) {
  return (
    <tr aria-rowindex={row + 1}>
      <td class="figures quiet">{number(row)}</td>
      {Array.from({ length: width }, (_, place) => {
        const value = cells?.[place];
        return (
          <td key={place} dir="auto" class={value === null ? 'quiet' : ''}>
            {value === undefined ? '…' : value === null ? 'NULL' : String(value)}
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
        if (row >= 1 && row <= total) onGo(row);
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
