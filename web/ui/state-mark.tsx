import { t } from '../app/i18n';
import { Icon, type IconName } from './icon';

/** The five states that anything can be in, each with a hue, an icon and a word of its own. */
export type Tone = 'working' | 'waiting' | 'done' | 'failed' | 'stopped';

const tones: Readonly<Record<string, Tone>> = {
  queued: 'working',
  running: 'working',
  pending: 'stopped',
  waiting_approval: 'waiting',
  waiting_trigger: 'waiting',
  waiting: 'waiting',
  needs_attention: 'waiting',
  paused: 'stopped',
  completed: 'done',
  approved: 'done',
  edited: 'done',
  redone: 'working',
  success: 'done',
  done: 'done',
  delivered: 'done',
  active: 'done',
  rejected: 'failed',
  failed: 'failed',
  error: 'failed',
  canceled: 'stopped',
  not_reached: 'stopped',
  skipped: 'stopped',
  expired: 'stopped',
  revoked: 'stopped',
  inactive: 'stopped',
  delivering: 'working',
  due: 'working',
  processing: 'working',
  planned: 'stopped',
  held: 'stopped',
  sending: 'working',
  sent: 'done',
  unknown: 'waiting',
  open: 'working',
  closed: 'stopped',
};

/** Every word that something can be called by. */
export const knownStatuses: readonly string[] = Object.keys(tones);

const icons: Readonly<Record<Tone, IconName>> = {
  working: 'working',
  waiting: 'hand',
  done: 'check',
  failed: 'close',
  stopped: 'stop',
};

export function toneOf(status: string): Tone {
  return tones[status] ?? 'stopped';
}

export function statusWord(status: string): string {
  const words: Readonly<Record<string, string>> = t().statuses;
  return words[status] ?? status.replaceAll('_', ' ');
}

function iconOf(status: string): IconName {
  if (status === 'paused') return 'pause';
  if (status === 'queued' || ['pending', 'not_reached', 'planned', 'held', 'open'].includes(status))
    return 'clock';
  if (status === 'needs_attention') return 'alert';
  if (status === 'redone') return 'redo';
  return icons[toneOf(status)];
}

interface StateMarkProps {
  readonly status: string;
  readonly word?: string;
  /** Only the icon is drawn; the word is still read aloud. */
  readonly bare?: boolean;
}

export function StateMark({ status, word = statusWord(status), bare = false }: StateMarkProps) {
  return (
    <span class={`state state-${toneOf(status)} ${bare ? 'state-bare' : ''}`} data-status={status}>
      <Icon name={iconOf(status)} size={bare ? 16 : 12} />
      <span class={bare ? 'unseen' : ''}>{word}</span>
    </span>
  );
}
