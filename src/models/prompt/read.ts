import type { StepName } from '../../domain/sessions/state.js';
import { readFences, type FencedBlock } from './fence.js';

/** The blocks of a prompt that the offline model sees, as any other model does. */
export interface ReadContext {
  readonly topic: string;
  readonly phase: { readonly number: number; readonly key: string; readonly title: string } | undefined;
  readonly step: StepName | undefined;
  readonly task: string;
  readonly phaseOutputs: readonly { readonly title: string; readonly text: string }[];
  readonly stepOutputs: readonly { readonly step: string; readonly text: string }[];
  readonly notes: readonly { readonly by: string; readonly text: string }[];
}

/** Reads a prompt of assembleContext; of any other prompt the whole text is topic and task at once. */
export function readContext(prompt: string): ReadContext {
  const blocks = readFences(prompt);
  const head = /^Phase (\d+) of \d+ \(([^)]*)\): (.*)$/m.exec(prompt);
  const step = /^(THINK|EXECUTE|INTEGRATE): /m.exec(prompt)?.[1] as StepName | undefined;
  const of = (kind: string): FencedBlock[] => blocks.filter((block) => block.kind === kind);
  const topic = of('topic')[0]?.text;
  const taskStart = prompt.lastIndexOf('\nTask:\n');
  return {
    topic: (topic ?? prompt).trim(),
    phase:
      head === null || topic === undefined
        ? undefined
        : { number: Number(head[1]), key: head[2] ?? '', title: head[3] ?? '' },
    step: topic === undefined ? undefined : step,
    task: taskStart === -1 ? prompt.trim() : prompt.slice(taskStart + '\nTask:\n'.length).trim(),
    phaseOutputs: of('phase_output').map(({ attributes, text }) => ({
      title: String(attributes?.['title'] ?? ''),
      text,
    })),
    stepOutputs: of('step_output').map(({ attributes, text }) => ({
      step: String(attributes?.['step'] ?? ''),
      text,
    })),
    notes: of('review_note').map(({ attributes, text }) => ({ by: String(attributes?.['by'] ?? ''), text })),
  };
}
