import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../ui/button';
import type { IconName } from '../ui/icon';

interface PopoverProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}

const WIDEST_PX = 240;
const MARGIN_PX = 8;

/** A button with choices below it. They stay open while one after the other is made. */
export function Popover({ label, icon, children }: PopoverProps) {
  const choices = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const place = (): void => {
    const at = button.current?.getBoundingClientRect();
    if (at === undefined) return;
    choices.current?.style.setProperty('--menu-top', `${at.bottom + 4}px`);
    const right = Math.min(innerWidth - at.right, innerWidth - WIDEST_PX - MARGIN_PX);
    choices.current?.style.setProperty('--menu-right', `${Math.max(MARGIN_PX, right)}px`);
  };
  return (
    <>
      <Button inner={button} icon={icon} onClick={() => choices.current?.togglePopover()}>
        {label}
      </Button>
      <div
        ref={choices}
        class="menu menu-choice"
        popover="auto"
        role="group"
        aria-label={label}
        onBeforeToggle={place}
      >
        {children}
      </div>
    </>
  );
}
