import type { SessionNews } from './transitions.js';

/** How far the readers of a session have been told of it, as its row keeps it. */
export interface Told {
  /** The workflow run that told it: another one after a reset, a revival or continue-as-new. */
  readonly runId: string;
  readonly sequence: number;
  /** The workflow's clock, which stands at its task: of two tasks the repeated one has the later. */
  readonly atMs: number;
  /** Names of the last news of that workflow run. */
  readonly news: readonly string[];
}

export type Telling = Omit<Told, 'news'>;

/**
 * Telling readers, when a workflow task is repeated, its worker wakes up from a freeze, or the workflow was reset.
 *
 * R1. The workflow's word is the last one: what it tells replaces the picture, whatever version that has.
 * R2. A worker that was frozen tells nothing any more: its task has been repeated since, at a later moment.
 * R3. A repeated task tells its news once, also when it tells them in another company than the first time.
 */
export function isOutdated(told: Told | null, telling: Telling): boolean {
  if (told === null) return false;
  if (telling.atMs !== told.atMs) return telling.atMs < told.atMs;
  return telling.runId === told.runId && telling.sequence <= told.sequence;
}

/** The news that this workflow run has not told yet. */
export function untoldNews(
  told: Told | null,
  { runId }: Telling,
  news: readonly SessionNews[],
): readonly SessionNews[] {
  const known = new Set(told?.runId === runId ? told.news : []);
  const names = namesOf(news);
  return news.filter((_each, index) => !known.has(names[index] ?? ''));
}

/** A task tells a handful of news; one that is repeated tells no more than its own. */
const KEPT_NEWS = 40;

export function toldAfter(told: Told | null, telling: Telling, news: readonly SessionNews[]): Told {
  const earlier = told?.runId === telling.runId ? told.news : [];
  const names = [...new Set([...earlier, ...namesOf(news)])];
  return { ...telling, news: names.slice(-KEPT_NEWS) };
}

/** What each of the news is about. Never its moment: the repeated task has another one. */
export function namesOf(news: readonly SessionNews[]): string[] {
  let command = '';
  return news.map((each) => {
    switch (each.type) {
      case 'session.commanded':
        command = each.by.commandId ?? each.kind;
        return `${each.type}:${command}`;
      case 'gate.opened':
      case 'gate.decided':
      case 'gate.reminded':
      case 'gate.expired':
        return `${each.type}:${each.gate.id}`;
      case 'step.failed':
        return `${each.type}:${each.stepId}`;
      case 'session.redone':
      case 'session.paused':
      case 'session.resumed':
        return `${each.type}:${command}`;
      case 'session.started':
      case 'session.ended':
        return each.type;
    }
  });
}
