import { humanCost, humanCount, humanDuration, humanTime, shortDigest } from '../reports/human-units.js';
import { chartOf, code, number, status, tableOf, text, unpricedNote } from '../reports/blocks.js';
import type { ReportBlock } from '../reports/document.js';
import type {
  AttemptFacts,
  PhaseFacts,
  ReadMarkdown,
  SessionData,
  SessionOverview,
  TextFacts,
} from './report.js';

type Builders = { readonly [Name in keyof SessionData]: (data: SessionData[Name]) => ReportBlock[] };

/** Outputs are Markdown, or JSON where the template asks for it; a model or a person wrote them, not we. */
export function sessionBlocks(readMarkdown: ReadMarkdown): Builders {
  const shown = (content: TextFacts): ReportBlock =>
    content.contentType.startsWith('application/json')
      ? { kind: 'code', text: content.text }
      : { kind: 'markdown', blocks: readMarkdown(content.text) };
  return {
    overview: (data) => overviewBlocks(data, shown),
    phases: ({ phases }) => phases.flatMap((phase) => phaseBlocks(phase, shown)),
    decisions: ({ decisions }) => [
      tableOf(
        [
          number('Phase'),
          text('Title'),
          number('Attempt'),
          status('Decision'),
          text('By'),
          text('Decided'),
          number('After'),
          text('Why'),
          code('Of'),
        ],
        decisions.map((each) => [
          String(each.phase),
          each.phaseTitle,
          String(each.attempt),
          each.status,
          deciderOf(each.decidedBy, each.decidedVia),
          humanTime(each.decidedAt),
          humanDuration(each.waitedMs),
          [each.comment, each.notes === null ? null : `Notes: ${each.notes}`]
            .filter((part) => part !== null)
            .join(' — '),
          each.editedDigest === null
            ? shortDigest(each.outputDigest)
            : `${shortDigest(each.outputDigest)} → ${shortDigest(each.editedDigest)}`,
        ]),
      ),
    ],
    steps: ({ steps }) => [attemptTable(steps), ...retryBlocks(steps)],
    usage: usageBlocks,
    provenance: provenanceBlocks,
  };
}

function overviewBlocks(data: SessionOverview, shown: (content: TextFacts) => ReportBlock): ReportBlock[] {
  const { origin, forks, input } = data;
  return [
    {
      kind: 'facts',
      rows: [
        ['Session', data.id],
        ['Topic', data.topic],
        ['Status', data.reason === null ? data.status : `${data.status}: ${data.reason}`],
        ['Progress', `${data.percent} %`],
        ['Owner', data.owner],
        ['Template', data.template],
        ['Language', data.language],
        ...(data.tags.length === 0 ? [] : [['Tags', data.tags.join(', ')] as const]),
        ...(origin === null ? [] : [['Made from', `${origin.id} (${origin.relation})`] as const]),
        ...(forks.length === 0
          ? []
          : [['Forks', forks.map((fork) => `${fork.id} (${fork.status})`).join(', ')] as const]),
        ['Created', humanTime(data.createdAt)],
        ['Started', humanTime(data.startedAt)],
        ['Finished', humanTime(data.finishedAt)],
        ['Time from beginning to end', humanDuration(data.elapsedMs)],
        ['Of it waiting for people', humanDuration(data.waitMs)],
      ],
    },
    ...(input === null ? [] : [{ kind: 'heading', text: 'Given input' } as const, shown(input)]),
  ];
}

function phaseBlocks(phase: PhaseFacts, shown: (content: TextFacts) => ReportBlock): ReportBlock[] {
  const said: [string, string | null][] = [
    ['Instructions for redoing it', phase.instructions],
    ['Left out', phase.gap],
    ["A reviewer's notes for the phases after it", phase.notes],
  ];
  return [
    { kind: 'heading', text: `${phase.number}. ${phase.title}` },
    {
      kind: 'facts',
      rows: [
        ['Status', phase.status],
        ['Attempt', String(phase.attempt)],
        ...(phase.edited ? [['Written by', 'a reviewer, who edited the output'] as const] : []),
        ...said.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const])),
      ],
    },
    phase.output === null
      ? {
          kind: 'paragraph',
          text: phase.outputDigest === null ? 'No output.' : 'The output is no longer kept.',
        }
      : shown(phase.output),
  ];
}

function attemptTable(steps: readonly AttemptFacts[]): ReportBlock {
  return tableOf(
    [
      number('Phase'),
      text('Step'),
      number('Attempt'),
      status('Status'),
      number('Tries'),
      text('Started'),
      number('Duration'),
      number('Tokens'),
      number('Cost'),
      text('Remark'),
    ],
    steps.map((each) => [
      String(each.phase),
      each.step,
      String(each.attempt),
      each.status,
      String(each.tries.length),
      humanTime(each.startedAt),
      humanDuration(each.durationMs),
      humanCount(each.tokensIn + each.tokensOut),
      humanCost(each.costUsd),
      each.errorMessage ?? (each.reusedFrom === null ? '' : `taken over from ${each.reusedFrom}`),
    ]),
  );
}

function retryBlocks(steps: readonly AttemptFacts[]): ReportBlock[] {
  const failed = steps.flatMap((step) =>
    step.tries.flatMap((each) => (each.error === null ? [] : [{ step, each, error: each.error }])),
  );
  if (failed.length === 0) return [];
  return [
    { kind: 'heading', text: 'Tries that failed' },
    tableOf(
      [
        number('Phase'),
        text('Step'),
        number('Attempt'),
        number('Try'),
        text('Started'),
        code('Code'),
        text('What happened'),
      ],
      failed.map(({ step, each, error }) => [
        String(step.phase),
        step.step,
        String(step.attempt),
        String(each.try),
        humanTime(each.startedAt),
        error.code,
        error.message,
      ]),
    ),
  ];
}

function usageBlocks(usage: SessionData['usage']): ReportBlock[] {
  const phases = [...new Map(usage.phases.map((each) => [each.phase, each.title]))];
  const sums = (pick: (each: (typeof usage.phases)[number]) => number): number[] =>
    phases.map(([phase]) =>
      usage.phases.filter((each) => each.phase === phase).reduce((sum, each) => sum + pick(each), 0),
    );
  return [
    {
      kind: 'facts',
      rows: [
        [
          'Tokens',
          `${humanCount(usage.usedTokens)}${usage.maxTokens === null ? '' : ` of ${humanCount(usage.maxTokens)}`}`,
        ],
        [
          'Cost',
          `${humanCost(usage.usedCostUsd)}${usage.maxCostUsd === null ? '' : ` of ${humanCost(usage.maxCostUsd)}`}`,
        ],
      ],
    },
    ...(usage.unpricedCalls > 0 ? [unpricedNote] : []),
    ...chartOf({
      title: 'Tokens by phase',
      shape: 'bars',
      stacked: true,
      unit: 'tokens',
      categories: phases.map(([phase, title]) => `${phase}. ${title}`),
      series: [
        { name: 'read', values: sums((each) => each.tokensIn) },
        { name: 'written', values: sums((each) => each.tokensOut) },
      ],
    }),
    tableOf(
      [
        number('Phase'),
        text('Title'),
        text('Step'),
        ...['Runs', 'Tries', 'Taken over', 'Read', 'Written', 'Cached', 'Cost'].map(number),
      ],
      usage.phases.map((each) => [
        String(each.phase),
        each.title,
        each.step,
        ...[each.runs, each.tries, each.reused, each.tokensIn, each.tokensOut, each.tokensCached].map(
          humanCount,
        ),
        humanCost(each.costUsd),
      ]),
    ),
  ];
}

function provenanceBlocks({
  template,
  modelAsked,
  offlineSteps,
  steps,
}: SessionData['provenance']): ReportBlock[] {
  return [
    ...(offlineSteps === 0
      ? []
      : [
          {
            kind: 'paragraph',
            tone: 'warning',
            text: `${offlineSteps === 1 ? 'One step was' : `${offlineSteps} steps were`} written by the built-in offline model: no language model was asked.`,
          } as const,
        ]),
    {
      kind: 'facts',
      rows: [
        ['Template', `${template.name}, version ${template.version}`],
        ['Digest of the template', template.sha256],
        ['Model asked for', modelAsked ?? 'as the template or the server says'],
      ],
    },
    tableOf(
      [
        number('Phase'),
        text('Step'),
        number('Attempt'),
        text('Model asked'),
        text('Model that answered'),
        text('Provider'),
        code('Prompt'),
        code('Output'),
      ],
      steps.map((each) => [
        String(each.phase),
        each.step,
        String(each.attempt),
        each.modelAsked ?? '–',
        each.modelUsed ?? '–',
        each.provider ?? '–',
        shortDigest(each.promptDigest),
        shortDigest(each.outputDigest),
      ]),
    ),
  ];
}

function deciderOf(by: string | null, via: string | null): string {
  if (via === null) return '–';
  if (by === null) return via === 'timeout' ? 'the clock' : 'a signal';
  return `${by} (${via})`;
}
