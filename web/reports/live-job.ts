import { addressOf } from '../app/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { followEvents, type StreamEvent } from '../live/event-stream';
import { reportSource } from '../live/live';
import { queries } from '../app/queries';
import { jobKey } from './report-queries';

const MOST_EVENTS = 200;

/** The events of a job, newest first; each of them has the job asked for again. */
export function useLiveJob(id: string): readonly StreamEvent[] {
  const events = useSignal<readonly StreamEvent[]>([]);
  useEffect(() => {
    events.value = [];
    const stop = followEvents(addressOf('jobEvents', { params: { id } }), {
      onState: (state) => reportSource(id, state === 'live' || state === 'reconnecting' ? state : 'gone'),
      onEvent: (event) => {
        if (event.type !== 'snapshot') events.value = [event, ...events.value].slice(0, MOST_EVENTS);
        void queries.invalidateQueries({ queryKey: jobKey(id), exact: true });
      },
    });
    return () => {
      stop();
      reportSource(id, 'gone');
    };
  }, [id]);
  return events.value;
}
