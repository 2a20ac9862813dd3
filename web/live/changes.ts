import { addressOf } from '../app/client';
import { followEvents, type StreamEvent } from './event-stream';
import { reportSource } from './live';
import { queries } from '../app/queries';
import type { InboxChanged, ListedJob, SessionSummary } from '../app/types';

/**
 * The one stream that all lists live on: what changed in everything that this person may see.
 * C1. A change patches what is shown. Only what nobody has seen yet is asked for, each by its own id.
 * C2. A snapshot says that something was missed: all lists are asked for again.
 * C3. A part of the console that is not loaded has no list, and hears nothing.
 */
export type Change = StreamEvent & {
  readonly runId: string;
  readonly kind: string;
  readonly session?: SessionSummary;
  readonly job?: ListedJob;
};

interface ChangeListener {
  readonly onChange: (change: Change) => void;
  /** The inbox changed by something that is no event of a run. */
  readonly onNews?: () => void;
  /** The first parts of the keys of the lists that it keeps. */
  readonly lists: readonly string[];
}

const GATHER_MS = 200;
const NAME = 'changes';
const NEWS: InboxChanged['type'] = 'inbox.changed';

const listeners: ChangeListener[] = [];

/** For a module that keeps lists, once. */
export function onChanges(listener: ChangeListener): void {
  listeners.push(listener);
}

export function followChanges(): () => void {
  const stop = followEvents(
    addressOf('listChanges'),
    {
      onState: (state) => {
        reportSource(NAME, state === 'finished' || state === 'absent' ? 'gone' : state);
      },
      onEvent: (event) => {
        if ((event.type as string) === NEWS) for (const { onNews } of listeners) onNews?.();
        else if (event.type === 'snapshot') for (const { lists } of listeners) lists.forEach(askAgain);
        else for (const { onChange } of listeners) onChange(event as Change);
      },
    },
    'endless',
  );
  return () => {
    stop();
    reportSource(NAME, 'gone');
  };
}

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** For data that no change carries. Many changes of one moment are one question. */
export function askAgain(list: string): void {
  if (waiting.has(list)) return;
  const ask = (): void => {
    waiting.delete(list);
    // Asking anew would cancel what is under way, and a click on *Load more* would bring nothing.
    if (queries.isFetching({ queryKey: [list] }) > 0) askAgain(list);
    else void queries.invalidateQueries({ queryKey: [list] });
  };
  waiting.set(list, setTimeout(ask, GATHER_MS));
}
