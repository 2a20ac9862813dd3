import { setTimeout } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { ChaosStack, PartName } from './stack.js';

export interface Disturbance {
  readonly what: string;
  readonly fromMs: number;
  toMs: number;
  /** A call that a worker had begun may be lost, and is paid for once more. */
  readonly costsCalls: boolean;
}

const parts: readonly PartName[] = ['worker', 'worker', 'api', 'temporal', 'postgres'];
const LONGEST_FREEZE_MS = 40_000;
/** Long enough for the parts to be there again, and for a session to show that it answers. */
const QUIET_MS = 20_000;

/** Kills, freezes and resets, one after the other, until `untilMs`. Gives what it did. */
export async function disturb(
  stack: ChaosStack,
  untilMs: number,
  openSessions: () => readonly string[],
  done: Disturbance[],
): Promise<void> {
  while (Date.now() < untilMs) {
    await setTimeout(QUIET_MS);
    if (Date.now() >= untilMs) return;
    const dice = Math.random();
    if (dice < 0.2) await resetOne(stack, openSessions(), done);
    else if (dice < 0.6) await kill(stack, pick(parts), done);
    else await freeze(stack, pick(['worker', 'worker', 'api', 'temporal'] as const), done);
    console.log(`  ${done.at(-1)?.what ?? 'nothing'}`);
  }
}

async function kill(stack: ChaosStack, part: PartName, done: Disturbance[]): Promise<void> {
  const pid = stack.pidOf(part);
  if (pid === undefined) return;
  const disturbance = begin(`${part} killed`, part === 'worker', done);
  process.kill(pid, 'SIGKILL');
  for (let ms = 0; ms < 60_000 && (await isBack(stack, part, pid)) === false; ms += 250)
    await setTimeout(250);
  disturbance.toMs = Date.now();
}

/** There is another one, and the API answers through it. */
async function isBack(stack: ChaosStack, part: PartName, before: number): Promise<boolean> {
  const pid = stack.pidOf(part);
  if (pid === undefined || pid === before) return false;
  const answer = await fetch(`${stack.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  return answer?.status === 200;
}

async function freeze(stack: ChaosStack, part: PartName, done: Disturbance[]): Promise<void> {
  const pid = stack.pidOf(part);
  if (pid === undefined) return;
  const ms = 1_000 + Math.random() * (LONGEST_FREEZE_MS - 1_000);
  const what = `${part} frozen for ${(ms / 1_000).toFixed(0)} s`;
  const disturbance = begin(what, part === 'worker' || part === 'temporal', done);
  process.kill(pid, 'SIGSTOP');
  await setTimeout(ms);
  process.kill(pid, 'SIGCONT');
  disturbance.toMs = Date.now();
}

async function resetOne(stack: ChaosStack, ids: readonly string[], done: Disturbance[]): Promise<void> {
  const id = pick(ids);
  if (id === undefined) return;
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const client = new Client({ connection });
    const workflowId = `cot-session:${id}`;
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const { runId } = await client.workflow.getHandle(workflowId).describe();
    const points = (events ?? []).filter((each) => each.workflowTaskCompletedEventAttributes);
    const disturbance = begin(`${id} reset`, true, done);
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId, runId },
      workflowTaskFinishEventId: pick(points)?.eventId ?? null,
      requestId: `${id}-${Date.now()}`,
      reason: 'chaos',
    });
    disturbance.toMs = Date.now();
  } catch (error) {
    console.log(`  a reset was not possible: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await connection.close();
  }
}

function begin(what: string, costsCalls: boolean, done: Disturbance[]): Disturbance {
  const disturbance = { what, fromMs: Date.now(), toMs: Date.now(), costsCalls };
  done.push(disturbance);
  return disturbance;
}

function pick<Item>(items: readonly Item[]): Item;
function pick<Item>(items: readonly Item[]): Item | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
