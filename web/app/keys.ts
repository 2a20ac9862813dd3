import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Keys of the page.
 * K1. Nothing happens while somebody types, except for mod+Enter, mod+K and Escape.
 * K2. While a dialog or a menu is open the page behind it hears nothing.
 * K3. The newest registration of a key wins: a panel may take a key from its page while it is there.
 */
export type KeyGroup = 'everywhere' | 'lists' | 'session' | 'gate';

export interface KeyAction {
  /** A key (`a`, `?`, `mod+Enter`) or two keys in turn (`g i`). */
  readonly keys: string;
  readonly label: string;
  readonly group: KeyGroup;
  readonly run: () => void;
}

interface Registration {
  actions: readonly KeyAction[];
}

const registrations = signal<readonly Registration[]>([]);
const SEQUENCE_MS = 1_500;
let prefix = '';
let prefixTimer: ReturnType<typeof setTimeout> | undefined;

/** Everything that a key does right now, the newest first. For the sheet and the palette. */
export function activeKeys(): KeyAction[] {
  const seen = new Set<string>();
  return [...registrations.value]
    .reverse()
    .flatMap(({ actions }) => actions)
    .filter(({ keys }) => !seen.has(keys) && seen.add(keys));
}

export function useKeys(actions: readonly KeyAction[]): void {
  const registration = useRef<Registration>({ actions });
  registration.current.actions = actions;
  useEffect(() => {
    const mine = registration.current;
    registrations.value = [...registrations.value, mine];
    return () => {
      registrations.value = registrations.value.filter((each) => each !== mine);
    };
  }, []);
}

export function listenToKeys(): () => void {
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  // The target of an event from a shadow root is its host: composedPath names the real one.
  const target = (event.composedPath()[0] ?? null) as HTMLElement | null;
  if (isTyping(target) && !['mod+Enter', 'mod+k', 'Escape'].includes(name)) return;
  if (document.querySelector('dialog[open], .menu:popover-open') !== null) return;
  if (name === 'Enter' && target?.closest('a, button, summary, [role=tab]') != null) return;
  const wanted = prefix === '' ? name : `${prefix} ${name}`;
  const actions = activeKeys();
  const action = actions.find(({ keys }) => keys === wanted) ?? actions.find(({ keys }) => keys === name);
  setPrefix('');
  if (action !== undefined) {
    event.preventDefault();
    action.run();
  } else if (actions.some(({ keys }) => keys.startsWith(`${name} `))) {
    setPrefix(name);
  }
}

function setPrefix(value: string): void {
  prefix = value;
  clearTimeout(prefixTimer);
  if (value !== '') prefixTimer = setTimeout(() => (prefix = ''), SEQUENCE_MS);
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey) return `alt+${key}`;
  return mod ? `mod+${key}` : key;
}

export function isTyping(target: HTMLElement | null): boolean {
  return (
    target?.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]') !=
    null
  );
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

const upper = (part: string): string => (part.length === 1 ? part.toUpperCase() : part);

/** As it is printed on a keyboard: "g i", "⌘ Enter". */
export function keyCaps(keys: string): string[] {
  const names: Readonly<Record<string, string>> = { mod: isMac ? '⌘' : 'Ctrl', Escape: 'Esc' };
  return keys.split(/[ +]/).map((part) => names[part] ?? (keys.includes('+') ? upper(part) : part));
}
