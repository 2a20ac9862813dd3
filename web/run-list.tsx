export interface RunItem {
  id: string;
  kind: 'session' | 'job';
  title: string;
  status: string;
  percent: number;
  note: string;
  createdAt: string;
}

export function RunList({
  runs,
  chosen,
  onChoose,
}: {
  runs: readonly RunItem[];
  chosen: string;
  onChoose: (run: RunItem) => void;
}) {
  if (runs.length === 0) return <p class="quiet">Nothing has run yet. Start a session or make a report.</p>;
  return (
    <ul class="runs">
      {runs.map((run) => (
        <li key={run.id}>
          <button
            type="button"
            class={run.id === chosen ? 'run chosen' : 'run'}
            onClick={() => onChoose(run)}
          >
            <span class="run-title">{run.title}</span>
            <span class={`status ${run.status}`}>{run.status.replaceAll('_', ' ')}</span>
            <progress max={100} value={run.percent} aria-label={`${run.percent} percent`} />
            <span class="quiet">
              {run.note} · {new Date(run.createdAt).toLocaleString()}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
