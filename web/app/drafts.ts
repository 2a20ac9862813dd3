import { signal, type Signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { recall, remember } from './storage';

/** Text that somebody is writing. It survives a reload, and is forgotten once it was sent. */
export interface Draft {
  readonly text: Signal<string>;
  readonly set: (text: string) => void;
  readonly forget: () => void;
}

export function useDraft(name: string, initial = ''): Draft {
  const key = `draft.${name}`;
  const text = useMemo(() => signal(recall(key) ?? initial), [key, initial]);
  // A draft that says what is there anyway is none: what is shown next may be something else.
  useEffect(() => {
    if (recall(key) === initial) remember(key, null);
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
