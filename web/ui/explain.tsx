import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface ExplainProps {
  /** The source of the number. */
  readonly basis: string;
  readonly children: ComponentChildren;
}

/** A number that explains itself, on hover and on focus. */
export function Explain({ basis, children }: ExplainProps) {
  const id = useId();
  return (
    <span class="explain" tabIndex={0} aria-describedby={id}>
      {children}
      <span class="explain-text" role="tooltip" id={id}>
        {basis}
      </span>
    </span>
  );
}
