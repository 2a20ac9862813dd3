import { useEffect, useState } from 'preact/hooks';
import { eventNames, isFinalEvent, type PublishedEvent } from '../src/contracts/event-data.js';

export interface FollowedRun {
  events: readonly PublishedEvent[];
  /** What the model of the running step has said so far. */
  said: string;
}

interface Spoken {
  key: string;
  text: string;
}

/** Follows a run live. The browser reconnects by itself and gets what it missed; nothing comes twice. */
export function useEvents(path: string, onChange: () => void): FollowedRun {
  const [events, setEvents] = useState<readonly PublishedEvent[]>([]);
  const [spoken, setSpoken] = useState<Spoken>({ key: '', text: '' });
  useEffect(() => {
    setEvents([]);
    setSpoken({ key: '', text: '' });
    const source = new EventSource(path);
    const take = (message: MessageEvent<string>): void => {
      const event = JSON.parse(message.data) as PublishedEvent;
      if (event.type === 'step.delta') {
        setSpoken((before) => hear(before, event));
        return;
      }
      if (event.type === 'step.completed') setSpoken({ key: '', text: '' });
      if (event.type !== 'snapshot') setEvents((before) => [event, ...before].slice(0, 200));
      onChange();
      if (isFinalEvent(event.type)) source.close();
    };
    for (const name of eventNames) source.addEventListener(name, take as EventListener);
    return () => source.close();
  }, [path]);
  return { events, said: spoken.text };
}

/** A new try or a new generation abandons what was said before: texts of two of them are never joined. */
function hear(before: Spoken, { stepId, try: tryNumber, ...piece }: PublishedEvent<'step.delta'>): Spoken {
  const key = `${stepId}:${tryNumber}:${piece.generation}`;
  const kept = key === before.key ? before.text.slice(0, piece.offset) : '';
  return { key, text: kept + piece.text };
}
