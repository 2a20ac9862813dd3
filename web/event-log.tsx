import type { PublishedEvent } from '../src/contracts/event-data.js';

export function EventLog({ events }: { events: readonly PublishedEvent[] }) {
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
