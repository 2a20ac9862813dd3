import { useEffect, useState } from 'preact/hooks';
import { call, messageOf } from './api';
import { EventLog } from './event-log';
import { useEvents } from './use-events';

interface Job {
  title: string;
  status: string;
  progress: { percent?: number; phase?: string };
  downloadUrl?: string;
  error?: string;
  links: { temporal: string | null };
}

export function JobView({ id, onChange }: { id: string; onChange: () => void }) {
  const [job, setJob] = useState<Job>();
  const [problem, setProblem] = useState('');
  const load = (): void =>
    void call<Job>('GET', `/jobs/${id}`).then(setJob, (error: unknown) => setProblem(messageOf(error)));
  const { events } = useEvents(`/jobs/${id}/events`, () => {
    load();
    onChange();
  });
  useEffect(load, [id]);
  if (job === undefined) return <p class="quiet">{problem === '' ? 'Loading …' : problem}</p>;
  return (
    <section class="card">
      <h2>{job.title}</h2>
      <p>
        <span class={`status ${job.status}`}>{job.status}</span> {job.progress.phase}
        {job.links.temporal !== null && (
          <>
            {' '}
            ·{' '}
            <a href={job.links.temporal} target="_blank" rel="noreferrer">
              Temporal Web UI
            </a>
          </>
        )}
      </p>
      <progress class="wide" max={100} value={job.status === 'success' ? 100 : (job.progress.percent ?? 0)} />
      {job.error !== undefined && <p class="problem">{job.error}</p>}
      {job.downloadUrl !== undefined && (
        <p>
          <a href={job.downloadUrl} target="_blank" rel="noreferrer">
            Open the result
          </a>
        </p>
      )}
      <EventLog events={events} />
    </section>
  );
}
