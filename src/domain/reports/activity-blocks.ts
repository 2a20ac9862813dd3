import type { ActivityData, StepFacts } from './activity.js';
import { humanCost, humanCount, humanDuration, humanShare, humanTime } from './human-units.js';
import { chartOf, code, number, status, tableOf, text, unpricedNote } from './blocks.js';
import type { ReportBlock } from './document.js';

const BOTTLENECKS_SHOWN = 10;

export const activityBlocks: {
  readonly [Name in keyof ActivityData]: (data: ActivityData[Name]) => ReportBlock[];
} = {
  runs: ({ total, byKind, timeline, recent }) => [
    { kind: 'paragraph', text: `${humanCount(total)} ${total === 1 ? 'run' : 'runs'} began in this time.` },
    ...chartOf({
      title: `Runs by ${timeline.unit}`,
      shape: 'bars',
      stacked: true,
      unit: 'runs',
      categories: timeline.buckets.map(({ at }) =>
        timeline.unit === 'hour' ? at.slice(5, 16).replace('T', ' ') : at.slice(0, 10),
      ),
      series: [
        { name: 'failed', values: timeline.buckets.map((bucket) => bucket.failed) },
        { name: 'others', values: timeline.buckets.map((bucket) => bucket.ended) },
      ],
    }),
    { kind: 'heading', text: 'By kind and status' },
    tableOf(
      [text('Kind'), status('Status'), number('Runs'), number('Median'), number('p95')],
      byKind.map((each) => [
        each.kind,
        each.status,
        humanCount(each.count),
        humanDuration(each.medianMs),
        humanDuration(each.p95Ms),
      ]),
    ),
    { kind: 'heading', text: recent.length < total ? `The ${recent.length} most recent` : 'Each of them' },
    tableOf(
      [text('Created'), code('Id'), text('Kind'), text('Title'), status('Status'), number('Duration')],
      recent.map((run) => [
        humanTime(run.createdAt),
        run.id,
        run.kind,
        run.title,
        run.status,
        humanDuration(run.durationMs),
      ]),
    ),
  ],

  sessions: ({ templates, standing, standingTotal }) => [
    ...chartOf({
      title: 'Sessions by template and how they ended',
      shape: 'bars',
      stacked: true,
      unit: 'sessions',
      categories: templates.map((each) => each.template),
      series: (['completed', 'open', 'failed', 'rejected', 'canceled'] as const).map((name) => ({
        name,
        values: templates.map((each) => each[name]),
      })),
    }),
    tableOf(
      ['Template', 'Created', 'Open', 'Completed', 'Failed', 'Rejected', 'Canceled'].map((title, index) =>
        index === 0 ? text(title) : number(title),
      ),
      templates.map((each) => [
        each.template,
        ...[each.created, each.open, each.completed, each.failed, each.rejected, each.canceled].map(
          humanCount,
        ),
      ]),
    ),
    {
      kind: 'heading',
      text:
        standing.length < standingTotal
          ? `Do not move (${standing.length} of ${standingTotal})`
          : 'Do not move',
    },
    tableOf(
      [code('Session'), text('Topic'), text('Template'), status('Why'), number('For')],
      standing.map((each) => [
        each.id,
        each.topic,
        each.template,
        each.reason,
        humanDuration(each.unchangedMs),
      ]),
    ),
  ],

  steps: ({ steps }) => {
    const total = sumOf(steps.map((each) => each.totalMs));
    const slowest = [...steps].sort((one, other) => other.totalMs - one.totalMs).slice(0, BOTTLENECKS_SHOWN);
    return [
      ...chartOf({
        title: 'Bottlenecks: where the working time goes',
        shape: 'bars',
        unit: 'seconds',
        categories: slowest.map(stepName),
        series: [
          { name: 'working time', values: slowest.map((each) => Math.round(each.totalMs / 100) / 10) },
        ],
      }),
      ...chartOf({
        title: 'Duration of a step',
        shape: 'bars',
        unit: 'seconds',
        categories: slowest.map(stepName),
        series: [
          { name: 'p50', values: slowest.map((each) => (each.p50Ms ?? 0) / 1_000) },
          { name: 'p95', values: slowest.map((each) => (each.p95Ms ?? 0) / 1_000) },
        ],
      }),
      tableOf(
        [
          text('Template'),
          number('Phase'),
          text('Title'),
          text('Step'),
          number('Runs'),
          number('Errors'),
          number('Retries'),
          number('p50'),
          number('p95'),
          number('Share of the time'),
        ],
        steps.map((each) => [
          each.template,
          String(each.phase),
          each.title ?? '',
          each.step,
          humanCount(each.runs),
          humanShare(each.errorRate),
          humanCount(each.retries),
          humanDuration(each.p50Ms),
          humanDuration(each.p95Ms),
          humanShare(total === 0 ? null : each.totalMs / total),
        ]),
      ),
    ];
  },

  waiting: ({ phases, workMs }) => {
    const waitMs = sumOf(phases.map((each) => each.totalMs));
    return [
      {
        kind: 'facts',
        rows: [
          ['Working time of models and steps', humanDuration(workMs)],
          ['Waiting for people at gates', humanDuration(waitMs)],
          [
            'People, as a part of both',
            humanShare(workMs + waitMs === 0 ? null : waitMs / (workMs + waitMs)),
          ],
        ],
      },
      ...chartOf({
        title: 'Waiting for people, by template and phase',
        shape: 'bars',
        unit: 'minutes',
        categories: phases.map((each) => `${each.template} ${each.phase}`),
        series: [
          { name: 'p50', values: phases.map((each) => minutes(each.p50Ms)) },
          { name: 'p95', values: phases.map((each) => minutes(each.p95Ms)) },
        ],
      }),
      tableOf(
        [text('Template'), ...['Phase', 'Decisions', 'Open now', 'p50', 'p95', 'Together'].map(number)],
        phases.map((each) => [
          each.template,
          String(each.phase),
          humanCount(each.decisions),
          humanCount(each.open),
          ...[each.p50Ms, each.p95Ms, each.totalMs].map(humanDuration),
        ]),
      ),
    ];
  },

  usage: ({ models, days }) => [
    ...chartOf({
      title: 'Tokens by day',
      shape: 'bars',
      stacked: true,
      unit: 'tokens',
      categories: days.map((each) => each.day),
      series: [
        { name: 'read', values: days.map((each) => each.tokensIn) },
        { name: 'written', values: days.map((each) => each.tokensOut) },
      ],
    }),
    ...chartOf({
      title: 'Cost by day',
      shape: 'lines',
      unit: 'US dollars',
      categories: days.map((each) => each.day),
      series: [{ name: 'cost', values: days.map((each) => each.costUsd) }],
    }),
    ...(models.some((each) => each.unpricedSteps > 0) ? [unpricedNote] : []),
    tableOf(
      [
        text('Template'),
        text('Model'),
        text('Provider'),
        ...['Steps', 'Read', 'Written', 'Cached', 'Cost'].map(number),
      ],
      models.map((each) => [
        each.template,
        each.model,
        each.provider,
        humanCount(each.steps),
        ...[each.tokensIn, each.tokensOut, each.tokensCached].map(humanCount),
        humanCost(each.unpricedSteps === each.steps && each.steps > 0 ? null : each.costUsd),
      ]),
    ),
  ],

  failures: ({ total, recent }) => [
    ...(recent.length < total
      ? [{ kind: 'paragraph' as const, text: `The ${recent.length} most recent of ${total}.` }]
      : []),
    tableOf(
      [text('Created'), code('Id'), text('Kind'), code('Code'), text('What happened')],
      recent.map((run) => [humanTime(run.createdAt), run.id, run.kind, run.code, run.message]),
    ),
  ],
};

function stepName({ template, phase, step }: StepFacts): string {
  return `${template} ${phase} ${step}`;
}

function minutes(ms: number | null): number {
  return Math.round((ms ?? 0) / 6_000) / 10;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
