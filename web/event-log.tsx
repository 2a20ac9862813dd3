import type { RunEvent } from './use-events';

export function EventLog({ events }: { events: readonly RunEvent[] }) {
  return (
    <details class="log">
      <summary>Events</summary>
      <ol reversed>
        {events.map((event) => (
          <li key={event.pos}>
            <time>{new Date(event.at).toLocaleTimeString()}</time> {event.type}
          </li>
        ))}
      </ol>
    </details>
  );
}
