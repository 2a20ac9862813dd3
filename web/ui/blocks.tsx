import type { ComponentChild } from 'preact';
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/**
 * A long list of which only the rows near the view are elements.
 * B1. Rows stand in blocks. A block that is far away is one empty row of the height that it had: nothing moves.
 * B2. The block of the pinned row is there, else no key could move the focus to it. So is a block that holds the focus
 *     or something that a reader opened.
 * B3. A block that was never drawn is as high as the rows of the first one. Otherwise a button below it moves when it
 *     is drawn, and may lose its click.
 * B4. A task draws or clears one block. Several in one task would hold up a key or a click.
 */
const BLOCK = 20;
const NEAR = '1000px 0px';
const USUAL_ROW_PX = 45;

interface BlocksProps<Item> {
  readonly items: readonly Item[];
  readonly tag: 'tbody' | 'div';
  /** The place of a row that has to be there, wherever the view is. */
  readonly pinned?: number;
  /** Selects the frame that scrolls, when it is not the page. */
  readonly within?: string;
  readonly children: (item: Item, place: number) => ComponentChild;
}

export function Blocks<Item>({ items, pinned = -1, ...rest }: BlocksProps<Item>) {
  const rowPx = useSignal(USUAL_ROW_PX);
  return (
    <>
      {Array.from({ length: Math.ceil(items.length / BLOCK) }, (_, block) => (
        <Block
          key={block}
          items={items.slice(block * BLOCK, (block + 1) * BLOCK)}
          from={block * BLOCK}
          isPinned={Math.floor(pinned / BLOCK) === block}
          rowPx={rowPx}
          {...rest}
        />
      ))}
    </>
  );
}

interface BlockProps<Item> extends Omit<BlocksProps<Item>, 'pinned'> {
  readonly from: number;
  readonly isPinned: boolean;
  readonly rowPx: Signal<number>;
}

function Block<Item>({ items, from, tag: Tag, isPinned, rowPx, within, children }: BlockProps<Item>) {
  const element = useRef<HTMLTableSectionElement & HTMLDivElement>(null);
  const height = useRef(0);
  const isNear = useSignal(from < BLOCK);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    let isSeen = isNear.value;
    const draw = (): void => void (isNear.value = isSeen || isUsed(current));
    const follow = (entries: readonly IntersectionObserverEntry[]): void => {
      const last = entries.at(-1);
      if (last === undefined) return;
      if (isNear.value) {
        height.current = last.boundingClientRect.height;
        if (from === 0 && height.current > 0) rowPx.value = height.current / current.childElementCount;
      }
      isSeen = last.isIntersecting;
      inTurn(draw);
    };
    const observer = new IntersectionObserver(follow, { root: frameOf(current, within), rootMargin: NEAR });
    observer.observe(current);
    return () => {
      observer.disconnect();
      turns.delete(draw);
    };
  }, []);
  const isThere = isNear.value || isPinned;
  const role = Tag === 'div' ? 'presentation' : undefined;
  return (
    <Tag ref={element} role={role}>
      {isThere ? (
        items.map((item, place) => children(item, from + place))
      ) : (
        <Space tag={Tag} height={height.current || items.length * rowPx.value} />
      )}
    </Tag>
  );
}

const turns = new Set<() => void>();

function inTurn(draw: () => void): void {
  if (turns.size === 0) setTimeout(takeTurn);
  turns.add(draw);
}

function takeTurn(): void {
  const [draw] = turns;
  if (draw === undefined) return;
  draw();
  turns.delete(draw);
  if (turns.size > 0) setTimeout(takeTurn);
}

function isUsed(block: Element): boolean {
  return block.contains(document.activeElement) || block.querySelector('details[open]') !== null;
}

/** Null is the page. A frame that is as high as its content does not scroll. */
function frameOf(element: Element, within: string | undefined): Element | null {
  const frame = within === undefined ? null : element.closest(within);
  return frame !== null && frame.scrollHeight > frame.clientHeight ? frame : null;
}

function Space({ tag, height }: { readonly tag: 'tbody' | 'div'; readonly height: number }) {
  const style = { height: `${height}px` };
  if (tag === 'div') return <div class="block-space" style={style} aria-hidden="true" />;
  return (
    <tr class="block-space" aria-hidden="true">
      <td colSpan={99} style={style} />
    </tr>
  );
}
