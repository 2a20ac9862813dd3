import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const TYPING_MS = 250;

/** Searches when the typing rests, not at every letter. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const text = useSignal(value);
  useEffect(() => {
    if (text.value === value) return;
    const timer = setTimeout(() => onChange(text.value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text.value]);
  // A saved view, or a step back, says what is searched for.
  useEffect(() => void (text.value = value), [value]);
  return (
    <input
      class="input"
      type="search"
      data-filter
      aria-label={label}
      placeholder={label}
      value={text.value}
      dir="auto"
      onInput={(event) => (text.value = event.currentTarget.value)}
    />
  );
}
