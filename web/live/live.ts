import { computed, signal } from '@preact/signals';

/**
 * Whether what is shown is what is.
 * L1. Each source says for itself how it stands; the page shows the worst of them.
 * L2. `polling` is honest: lists are asked for every few seconds, and say when they were asked last.
 */
export type SourceState = 'connecting' | 'live' | 'reconnecting' | 'failing';

export interface LiveState {
  readonly kind: SourceState | 'polling' | 'offline';
  /** When this state began; when polling, when the last answer came. */
  readonly since: number;
}

interface Source {
  readonly state: SourceState;
  readonly since: number;
}

const sources = signal<ReadonlyMap<string, Source>>(new Map());
const answeredAt = signal(Date.now());
const offlineSince = signal<number | null>(navigator.onLine ? null : Date.now());

addEventListener('offline', () => (offlineSince.value = Date.now()));
addEventListener('online', () => (offlineSince.value = null));

export const live = computed((): LiveState => {
  if (offlineSince.value !== null) return { kind: 'offline', since: offlineSince.value };
  const all = [...sources.value.values()];
  for (const kind of ['reconnecting', 'failing'] as const) {
    const lost = all.filter(({ state }) => state === kind).map(({ since }) => since);
    if (lost.length > 0) return { kind, since: Math.min(...lost) };
  }
  const since = answeredAt.value;
  if (all.some(({ state }) => state === 'live')) return { kind: 'live', since };
  return { kind: all.length > 0 ? 'connecting' : 'polling', since };
});

/** True while the page may show old data. */
export const isStale = computed(() => ['reconnecting', 'failing', 'offline'].includes(live.value.kind));

/** True while a stream brings the changes of lists, so that they need no polling. */
export const isFollowed = computed(() => sources.value.get('changes')?.state === 'live');

export function noteAnswer(): void {
  answeredAt.value = Date.now();
}

export function reportSource(name: string, state: SourceState | 'gone'): void {
  const before = sources.value.get(name);
  if ((before?.state ?? 'gone') === state) return;
  const after = new Map(sources.value);
  if (state === 'gone') after.delete(name);
  else after.set(name, { state, since: Date.now() });
  sources.value = after;
}
