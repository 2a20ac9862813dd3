import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface ExplainProps {
  /** The source of the number. */
  readonly basis: string;
  readonly children: ComponentChildren;
}

const MARGIN_PX = 8;
const GAP_PX = 6;

/** A number that explains itself, on hover and on focus. The words lie above the page: no frame cuts them off. */
export function Explain({ basis, children }: ExplainProps) {
  const id = useId();
  const number = useRef<HTMLSpanElement>(null);
  const words = useRef<HTMLSpanElement>(null);
  const show = (): void => {
    if (number.current === null || words.current === null) return;
    words.current.showPopover();
    place(words.current, number.current.getBoundingClientRect());
  };
  const hide = (): void => words.current?.hidePopover();
  return (
    <span
      ref={number}
      class="explain"
      tabIndex={0}
      aria-describedby={id}
      onFocus={show}
      onBlur={hide}
      onMouseEnter={show}
      onMouseLeave={hide}
    >
      {children}
      <span ref={words} class="explain-text" role="tooltip" popover="manual" id={id}>
        {basis}
      </span>
    </span>
  );
}

/** Below its number, above it at the end of the screen, and never beyond an edge. */
function place(words: HTMLElement, at: DOMRect): void {
  const left = Math.min(at.left, innerWidth - words.offsetWidth - MARGIN_PX);
  const below = at.bottom + GAP_PX;
  const fits = below + words.offsetHeight + MARGIN_PX <= innerHeight;
  words.style.setProperty('--left', `${Math.max(MARGIN_PX, left)}px`);
  words.style.setProperty('--top', `${fits ? below : at.top - GAP_PX - words.offsetHeight}px`);
}
