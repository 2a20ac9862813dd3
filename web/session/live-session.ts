import { addressOf } from '../app/client';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { followEvents, type StreamEvent, type StreamState } from '../live/event-stream';
import { reportSource } from '../live/live';
import { queries } from '../app/queries';
import type { SessionDetail, SessionProgressView } from '../app/types';
import { patchProgress, sessionKey } from './session-queries';

/**
 * The text that the model of a step streams now. A new try or a new generation abandons what was said before.
 */
export interface Spoken {
  readonly stepId: string;
  readonly try: number;
  /** Step, try and generation: texts of two of them are never joined. */
  readonly key: string;
  readonly text: string;
}

export interface LiveSession {
  readonly state: ReadonlySignal<StreamState>;
  readonly spoken: ReadonlySignal<Spoken | null>;
  /** The newest first, a few hundred at most: an open page does not grow. */
  readonly events: ReadonlySignal<readonly StreamEvent[]>;
}

const MOST_EVENTS = 300;
const GATHER_MS = 60;

/** Changes of these are more than progress: the stored texts are asked for again. */
const CONTENT = /^(phase\.|gate\.|session\.|step\.(completed|failed))/;
const LEDGER = /^(step\.(started|retrying|completed|failed)|session\.)/;

export function useLiveSession(id: string): LiveSession {
  const state = useSignal<StreamState>('connecting');
  const spoken = useSignal<Spoken | null>(null);
  const events = useSignal<readonly StreamEvent[]>([]);
  useEffect(() => {
    spoken.value = null;
    events.value = [];
    const reload = gatherReloads(id);
    const voice = gatherSpeech((text) => (spoken.value = text));
    const stop = followEvents(addressOf('sessionEvents', { params: { id } }), {
      onState: (next) => {
        state.value = next;
        reportSource(id, next === 'live' || next === 'reconnecting' ? next : 'gone');
      },
      onEvent: (event) => {
        if (event.type === 'step.delta') return voice.hear(event);
        if (event.type === 'step.completed' || event.type === 'step.failed') voice.fallSilent(event.stepId);
        const progress = progressIn(event);
        // A snapshot that is newer than what was read says that the reading was too early.
        const isNewer = event.type === 'snapshot' && (progress?.version ?? 0) > knownVersion(id);
        if (progress !== undefined) patchProgress(id, progress);
        if (event.type !== 'snapshot') events.value = [event, ...events.value].slice(0, MOST_EVENTS);
        if (isNewer || CONTENT.test(event.type)) reload.content();
        if (isNewer || LEDGER.test(event.type)) reload.ledger();
      },
    });
    return () => {
      stop();
      voice.stop();
      reload.stop();
      reportSource(id, 'gone');
    };
  }, [id]);
  return { state, spoken, events };
}

function knownVersion(id: string): number {
  return queries.getQueryData<SessionDetail>(sessionKey(id))?.progress.version ?? Infinity;
}

/** Many events of one moment are one question. */
function gatherReloads(id: string) {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const soon = (name: string, reload: () => void): void => {
    if (timers.has(name)) return;
    timers.set(
      name,
      setTimeout(() => {
        timers.delete(name);
        reload();
      }, GATHER_MS),
    );
  };
  return {
    content: () =>
      soon('content', () => void queries.invalidateQueries({ queryKey: sessionKey(id), exact: true })),
    ledger: () =>
      soon('ledger', () => {
        void queries.invalidateQueries({ queryKey: [...sessionKey(id), 'steps'] });
        void queries.invalidateQueries({ queryKey: [...sessionKey(id), 'usage'] });
      }),
    stop: () => timers.forEach(clearTimeout),
  };
}

/** Pieces come faster than a screen is drawn: they are joined, and shown once a frame. */
function gatherSpeech(show: (spoken: Spoken | null) => void) {
  let current: Spoken | null = null;
  let frame = 0;
  const draw = (): void => {
    frame = 0;
    show(current);
  };
  return {
    hear: (event: Delta): void => {
      current = heard(current, event);
      if (frame === 0) frame = requestAnimationFrame(draw);
    },
    fallSilent: (stepId: string): void => {
      if (current?.stepId !== stepId) return;
      current = null;
      if (frame === 0) frame = requestAnimationFrame(draw);
    },
    stop: () => cancelAnimationFrame(frame),
  };
}

type Delta = Extract<StreamEvent, { readonly type: 'step.delta' }>;

function heard(before: Spoken | null, { stepId, try: number, generation, offset, text }: Delta): Spoken {
  const key = `${stepId} ${number} ${generation}`;
  const kept = before?.key === key ? before.text.slice(0, offset) : '';
  return { stepId, try: number, key, text: kept + text };
}

function progressIn(event: StreamEvent): Partial<SessionProgressView> | undefined {
  return event.type === 'snapshot' || event.type === 'progress' ? event.progress : undefined;
}
