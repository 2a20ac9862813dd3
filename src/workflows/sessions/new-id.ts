import { uuid4 } from '@temporalio/workflow';
import { sortableId } from '../../domain/sortable-id.js';

/** Made from the workflow's clock and its random numbers. A task that is repeated may make another one. */
export function newId(prefix: string, nowMs: number): string {
  return sortableId(prefix, nowMs, uuid4().replaceAll('-', '').slice(0, 20));
}
