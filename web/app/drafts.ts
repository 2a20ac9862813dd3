import { useSignal, type Signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { recall, remember } from './storage';

/** Text that somebody is writing. It survives a reload, and is forgotten once it was sent. */
export interface Draft {
  readonly text: Signal<string>;
  readonly set: (text: string) => void;
  readonly forget: () => void;
}

export function useDraft(name: string, initial = ''): Draft {
  const key = `draft.${name}`;
  const text = useSignal(recall(key) ?? initial);
  // Before the paint: nobody sees the text of another draft.
  useLayoutEffect(() => {
    // A draft that says what is there anyway is none: what is shown next may be something else.
    if (recall(key) === initial) remember(key, null);
    text.value = recall(key) ?? initial;
  }, [key, initial]);
  return {
    text,
    set: (value) => {
      text.value = value;
      remember(key, value === initial ? null : value);
    },
    forget: () => {
      text.value = initial;
      remember(key, null);
    },
  };
}
