import { signal } from '@preact/signals';
import { useId, useLayoutEffect } from 'preact/hooks';
import { isProblem, wordsOf } from './problem';
import { t } from './i18n';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/button';
import { CopyButton } from '../ui/copy-button';

export interface Toast {
  readonly id: number;
  readonly tone: 'done' | 'failed' | 'plain';
  readonly text: string;
  readonly requestId?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const toasts = signal<readonly Toast[]>([]);
const SHOWN_MS = 6_000;
const MOST = 4;
let next = 1;

export function toast(given: Omit<Toast, 'id'>): void {
  const one = { ...given, id: next++ };
  toasts.value = [...toasts.value, one].slice(-MOST);
  // A failure stays until somebody has read it.
  if (one.tone !== 'failed') setTimeout(() => dismiss(one.id), SHOWN_MS);
}

export function toastProblem(error: unknown): void {
  const { text, detail } = wordsOf(error);
  const whole = detail === undefined ? text : `${text} ${detail}`;
  toast({ tone: 'failed', text: whole, requestId: isProblem(error) ? error.problem.requestId : undefined });
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

const hosts = signal<readonly string[]>([]);

/** Notices stand in the page, or in the dialog that is open: behind it nobody can close them. */
export function Toasts() {
  const id = useId();
  useLayoutEffect(() => {
    hosts.value = [...hosts.value, id];
    return () => void (hosts.value = hosts.value.filter((each) => each !== id));
  }, [id]);
  const shown = hosts.value.at(-1) === id ? toasts.value : [];
  return (
    <div class="toasts" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} class={`toast toast-${one.tone}`}>
          <Icon name={one.tone === 'failed' ? 'alert' : one.tone === 'done' ? 'check' : 'info'} />
          <div class="toast-text">
            <p dir="auto">{one.text}</p>
            {one.requestId !== undefined && (
              <p class="toast-id">
                {t().problems.requestId} <code>{one.requestId}</code> <CopyButton text={one.requestId} />
              </p>
            )}
          </div>
          {one.action !== undefined && (
            <button
              type="button"
              class="button button-plain"
              onClick={() => {
                one.action?.run();
                dismiss(one.id);
              }}
            >
              {one.action.label}
            </button>
          )}
          <IconButton icon="close" label={t().actions.dismiss} onClick={() => dismiss(one.id)} />
        </div>
      ))}
    </div>
  );
}
