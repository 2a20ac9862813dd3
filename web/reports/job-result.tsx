import { addressOf } from '../app/client';
import { t } from '../app/i18n';
import type { Job } from '../app/types';
import { Markdown } from '../ui/markdown';
import { Empty, Loaded } from '../ui/panel';
import { CsvTable } from './csv-table';
import { useResultText } from './report-queries';

interface JobResultProps {
  readonly job: Job;
  readonly result: NonNullable<Job['result']>;
}

/** Larger results are downloads: the API answers them with a link that no frame follows. */
const MOST_SHOWN = 262_144;

/**
 * The result of a job.
 * R1. HTML is shown in a frame without any right: no script, no origin, no form.
 * R2. Text is drawn here, as text.
 */
export function JobResult({ job, result }: JobResultProps) {
  const type = result.contentType.split(';')[0] ?? '';
  if (result.bytes > MOST_SHOWN) return <LargeResult job={job} />;
  const address = addressOf('getJobResult', { params: { id: job.jobId } });
  if (type === 'text/html') return <iframe class="result-frame" title={job.title} src={address} sandbox="" />;
  if (type === 'application/pdf') return <iframe class="result-frame" title={job.title} src={address} />;
  return <TextResult id={job.jobId} type={type} />;
}

/** The rows of a statement are read a block at a time. Anything else large is a file. */
function LargeResult({ job }: { readonly job: Job }) {
  const words = t().reports;
  if (job.kind !== 'sql') return <Empty title={words.large} text={words.largeText} />;
  return (
    <Empty title={words.large} text={words.largeRows}>
      <a class="button button-primary" href={`/sql/${job.jobId}`}>
        {words.openRows}
      </a>
    </Empty>
  );
}

function TextResult({ id, type }: { readonly id: string; readonly type: string }) {
  const text = useResultText(id, true);
  return (
    <Loaded query={text}>
      {(content) => {
        if (type === 'text/markdown') return <Markdown text={content} />;
        if (type === 'text/csv') return <CsvTable text={content} />;
        return (
          <pre class="code" dir="auto" tabIndex={0}>
            {type === 'application/json' ? indented(content) : content}
          </pre>
        );
      }}
    </Loaded>
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
