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
  sections?: { name: string; title: string; status: 'complete' | 'missing'; error?: string }[];
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
      <Gaps id={id} sections={job.sections ?? []} onRedo={onChange} />
      <EventLog events={events} />
    </section>
  );
}

interface GapsProps {
  readonly id: string;
  readonly sections: NonNullable<Job['sections']>;
  readonly onRedo: () => void;
}

/** What the report lacks, and the way to have it gathered again, by a new job. */
function Gaps({ id, sections, onRedo }: GapsProps) {
  const [told, setTold] = useState('');
  const missing = sections.filter((section) => section.status === 'missing');
  if (missing.length === 0) return null;
  const redo = (): void =>
    void call<{ jobId: string }>('POST', `/jobs/${id}/redo-sections`).then(
      ({ jobId }) => {
        setTold(`The new job is ${jobId}.`);
        onRedo();
      },
      (error: unknown) => setTold(messageOf(error)),
    );
  return (
    <div class="problem">
      <p>The report has gaps.</p>
      <ul>
        {missing.map(({ name, title, error }) => (
          <li key={name}>
            {title}: {error}
          </li>
        ))}
      </ul>
      {told === '' ? <button onClick={redo}>Gather what is missing</button> : <p>{told}</p>}
    </div>
  );
}
