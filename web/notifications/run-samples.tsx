import { addressOf } from '../app/client';
import { notices } from './notice-words';
import type { DeadlineRunResult } from '../app/types';
import { Empty } from '../ui/panel';
import { MessageView } from './message-view';

interface SamplesProps {
  readonly jobId: string;
  readonly samples: DeadlineRunResult['samples'];
}

/** Messages of a plan as they would arrive, one of each office. */
export function Samples({ jobId, samples }: SamplesProps) {
  if (samples.length === 0) return <Empty title={notices().run.noSamples} />;
  return (
    <div class="samples">
      {samples.map(({ office_id, channel, subject, text, html }) => (
        <MessageView
          key={`${office_id} ${channel}`}
          subject={subject}
          text={text}
          htmlAt={
            html === null
              ? null
              : addressOf('showDeadlinePlanSample', { params: { id: jobId, office: office_id } })
          }
        />
      ))}
    </div>
  );
}
