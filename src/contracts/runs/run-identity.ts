import { prefixedId } from '../ids.js';
import { taskQueues, workflowIdOf } from '../names.js';
import { runKinds, type RunKinds, type RunKindSpec } from '../run-kinds.js';
import type { StartableRun } from './startable-run.js';

export interface RunIdentity extends Pick<StartableRun, 'id' | 'workflowId' | 'workflowType' | 'taskQueue'> {
  readonly kind: string;
}

/** The part of a new run that its kind gives: its id, and its workflow. */
export function newRunOf(kind: keyof typeof runKinds): RunIdentity;
export function newRunOf<Kinds extends RunKinds>(kind: keyof Kinds & string, kinds: Kinds): RunIdentity;
export function newRunOf(kind: string, kinds: RunKinds = runKinds): RunIdentity {
  const { idPrefix, workflowType, taskQueue } = kinds[kind] as RunKindSpec;
  const id = prefixedId(idPrefix);
  return { id, kind, workflowId: workflowIdOf(kind, id), workflowType, taskQueue: taskQueues[taskQueue] };
}

/** The same for one more run like another: the kind of its origin, and ids that begin like its origin's. */
export function nextRunLike({ id: originId, kind, workflowType, taskQueue }: RunIdentity): RunIdentity {
  const id = prefixedId(originId.slice(0, originId.indexOf('_')));
  return { id, kind, workflowId: workflowIdOf(kind, id), workflowType, taskQueue };
}
