import { useEffect, useState } from 'preact/hooks';
import { eventNames } from '../src/domain/runs/event-names.js';

export interface RunEvent {
  pos?: number;
  at: string;
  type: string;
  [member: string]: unknown;
}

export interface FollowedRun {
  events: readonly RunEvent[];
  /** What the model of the running step has said so far. */
  said: string;
}

interface Spoken {
  key: string;
  text: string;
}

/** Follows a run live. The browser reconnects by itself and gets what it missed; nothing comes twice. */
export function useEvents(path: string, onChange: () => void): FollowedRun {
  const [events, setEvents] = useState<readonly RunEvent[]>([]);
  const [spoken, setSpoken] = useState<Spoken>({ key: '', text: '' });
  useEffect(() => {
    setEvents([]);
    setSpoken({ key: '', text: '' });
    const source = new EventSource(path);
    const take = (message: MessageEvent<string>): void => {
      const event = JSON.parse(message.data) as RunEvent;
      if (event.type === 'step.delta') {
        setSpoken((before) => hear(before, event));
        return;
      }
      if (event.type === 'step.completed') setSpoken({ key: '', text: '' });
      if (event.type !== 'snapshot') setEvents((before) => [event, ...before].slice(0, 200));
      onChange();
      if (/^(session|job)\.(completed|failed|canceled)$/.test(event.type)) source.close();
    };
    for (const name of eventNames) source.addEventListener(name, take as EventListener);
    return () => source.close();
  }, [path]);
  return { events, said: spoken.text };
}

/** A new attempt or a new beginning abandons what was said before: texts of two attempts are never joined. */
function hear(before: Spoken, event: RunEvent): Spoken {
  const key = `${String(event['stepId'])}:${String(event['attempt'])}:${String(event['generation'])}`;
  const kept = key === before.key ? before.text.slice(0, Number(event['offset'])) : '';
  return { key, text: kept + String(event['text'] ?? '') };
}
