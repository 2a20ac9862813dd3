import { isFinal } from '../../src/domain/runs/status.js';
import { now } from '../app/clock';
import { clockTime, duration } from '../app/format';
import { useAddress } from '../app/location';
import { t } from '../app/i18n';
import type { SessionDetail } from '../app/types';
import { Empty, Loaded } from '../ui/panel';
import { useSteps } from './session-queries';
import { StepDialog } from './steps-view';
import {
  axisOf,
  namedSpans,
  placeOf,
  timelineRows,
  type Span,
  type Stretch,
  type TimelineRow,
} from './timeline';

const kinds = ['queued', 'working', 'retrying', 'failed', 'waiting'] as const;

/** When what ran, was tried again, or waited for a person. Times in which nothing happened are drawn short. */
export function TimelineView({ session }: { readonly session: SessionDetail }) {
  const address = useAddress();
  const steps = useSteps(session.id);
  const nowMs = isFinal(session.status) ? Date.parse(session.finishedAt ?? session.updatedAt) : now.value;
  return (
    <>
      <Loaded query={steps}>
        {(items) => {
          const rows = timelineRows(items, session.gates, nowMs);
          if (rows.length === 0) return <Empty title={t().session.nothingYet} />;
          return <Waterfall rows={rows} onOpen={(step) => address.set({ step })} />;
        }}
      </Loaded>
      {address.get('step') !== '' && (
        <StepDialog
          sessionId={session.id}
          stepId={address.get('step')}
          onClose={() => address.set({ step: undefined })}
        />
      )}
    </>
  );
}

interface WaterfallProps {
  readonly rows: readonly TimelineRow[];
  readonly onOpen: (stepId: string) => void;
}

function Waterfall({ rows, onOpen }: WaterfallProps) {
  const words = t().timeline;
  const axis = axisOf(rows);
  return (
    <div class="timeline">
      <ul class="legend" aria-hidden="true">
        {kinds.map((kind) => (
          <li key={kind}>
            <span class={`swatch stretch-${kind}`} /> {words[kind]}
          </li>
        ))}
      </ul>
      <Axis axis={axis} />
      <ol class="timeline-rows">
        {rows.map((row) => (
          <Row key={row.id} row={row} axis={axis} onOpen={onOpen} />
        ))}
      </ol>
    </div>
  );
}

function Axis({ axis }: { readonly axis: readonly Span[] }) {
  const named = namedSpans(axis);
  return (
    <div class="timeline-axis">
      {axis.map((span) => (
        <span
          key={span.fromMs}
          class={span.idle ? 'timeline-idle' : 'timeline-span'}
          style={{ '--at': span.at, '--width': span.width }}
          title={span.idle ? t().timeline.idle(duration(span.toMs - span.fromMs)) : undefined}
        >
          {named.has(span) && (
            <span class="timeline-time">{clockTime(new Date(span.fromMs).toISOString())}</span>
          )}
        </span>
      ))}
    </div>
  );
}

interface RowProps {
  readonly row: TimelineRow;
  readonly axis: readonly Span[];
  readonly onOpen: (stepId: string) => void;
}

function Row({ row, axis, onOpen }: RowProps) {
  const words = t().timeline;
  const name = row.stepId === null ? words.gate : t().steps[row.label as keyof ReturnType<typeof t>['steps']];
  const took = row.stretches
    .filter(({ kind }) => kind !== 'queued')
    .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const label = (
    <>
      <span class="timeline-name">
        <span class="quiet">{row.phase}</span> {name}
        {row.attempt > 1 && <span class="quiet"> {t().session.attempt(row.attempt)}</span>}
      </span>
      <span class="figures quiet">{duration(took)}</span>
    </>
  );
  return (
    <li class="timeline-row">
      {row.stepId === null ? (
        <span class="timeline-label">{label}</span>
      ) : (
        <button type="button" class="timeline-label" onClick={() => onOpen(row.stepId ?? '')}>
          {label}
        </button>
      )}
      <span class="timeline-track">
        {row.stretches.map((stretch) => (
          <Bar key={`${stretch.kind} ${stretch.fromMs}`} stretch={stretch} axis={axis} />
        ))}
      </span>
    </li>
  );
}

function Bar({ stretch, axis }: { readonly stretch: Stretch; readonly axis: readonly Span[] }) {
  const from = placeOf(axis, stretch.fromMs);
  const to = placeOf(axis, stretch.toMs);
  const text = `${t().timeline[stretch.kind]} ${duration(stretch.toMs - stretch.fromMs)}`;
  return (
    <span
      class={`stretch stretch-${stretch.kind}`}
      style={{ '--at': from, '--width': to - from }}
      title={text}
    >
      <span class="unseen">{text}</span>
    </span>
  );
}
