import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { Toasts } from '../app/toasts';
import { Button, IconButton, type ButtonProps } from './button';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly side?: boolean;
  readonly footer?: ComponentChildren;
  readonly children: ComponentChildren;
}

const FIELD = '.dialog-content :is(input, select, textarea):not(:disabled)';

let count = 0;

/** A native dialog: the browser keeps focus in it, closes it on Escape and gives the focus back. */
export function Dialog({ title, onClose, wide = false, side = false, footer, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useRef(`dialog-${(count += 1)}`);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    // The first button of a dialog closes it, which is no place to begin.
    if (!side) element?.querySelector<HTMLElement>(FIELD)?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${wide ? 'dialog-wide' : ''} ${side ? 'dialog-side' : ''}`}
      aria-labelledby={titleId.current}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId.current}>{title}</h2>
          <IconButton icon="close" label={t().actions.close} onClick={onClose} />
        </header>
        <div class="dialog-content" tabIndex={-1}>
          {children}
        </div>
        {footer !== undefined && <footer class="dialog-foot">{footer}</footer>}
      </div>
      <Toasts />
    </dialog>
  );
}

interface DialogChoiceProps extends ButtonProps {
  readonly onClose: () => void;
  /** The label of the button that closes, where "Cancel" could be taken for the action. */
  readonly leave?: string;
}

/** The foot of a dialog that asks: the button that closes it, and the button of its action. */
export function DialogChoice({ onClose, leave, ...action }: DialogChoiceProps) {
  return (
    <>
      <Button onClick={onClose}>{leave ?? t().actions.cancel}</Button>
      <Button kind="primary" {...action} />
    </>
  );
}
