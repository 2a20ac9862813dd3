import type { ComponentChildren, Ref } from 'preact';
import { keyCaps } from '../app/keys';
import { Icon, type IconName } from './icon';

export interface ButtonProps {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger' | 'approve';
  readonly icon?: IconName | undefined;
  readonly hint?: string | undefined;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
  readonly pressed?: boolean;
  readonly title?: string;
  readonly form?: string;
  readonly inner?: Ref<HTMLButtonElement>;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  readonly children: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', icon, hint, busy = false, disabled = false, type = 'button' } = props;
  return (
    <button
      ref={props.inner ?? null}
      type={type}
      class={`button button-${kind}`}
      disabled={disabled}
      // A disabled button loses the focus, and a person at the keyboard their place.
      aria-disabled={busy ? true : undefined}
      aria-busy={busy}
      aria-pressed={props.pressed}
      aria-keyshortcuts={hint === undefined ? undefined : hint.replace('mod', 'Control')}
      title={props.title}
      form={props.form}
      onClick={busy ? hold : props.onClick}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} />}
      <span class="button-label">{props.children}</span>
      {hint !== undefined && <KeyHint keys={hint} />}
    </button>
  );
}

/** A press of a busy button sends no form. */
function hold(event: MouseEvent): void {
  event.preventDefault();
}

/** Which key does the same. Only for eyes: aria-keyshortcuts tells the others. */
export function KeyHint({ keys }: { readonly keys: string }) {
  return (
    <span class="key-hint" aria-hidden="true">
      {keyCaps(keys).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onClick: (event: MouseEvent) => void;
}

export function IconButton({ icon, label, pressed, disabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
