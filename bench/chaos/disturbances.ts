import { setTimeout } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Dice, DisturbanceKind } from './deck.js';
import type { WholeStack, PartName } from '../support/whole-stack.js';

export interface Disturbance {
  readonly what: string;
  readonly fromMs: number;
  toMs: number;
  /** A call that a worker had begun may be lost, and is paid for once more. */
  readonly costsCalls: boolean;
}

const LONGEST_FREEZE_MS = 40_000;
/** Long enough for the parts to be there again, and for a session to show that it answers. */
const QUIET_MS = 20_000;

export interface Disturbing {
  readonly stack: WholeStack;
  readonly dice: Dice;
  readonly openSessions: () => readonly string[];
  readonly done: Disturbance[];
}

/** Kills, freezes and resets, one after the other, until `untilMs`. */
export async function disturb(disturbing: Disturbing, untilMs: number): Promise<void> {
  const { dice, done } = disturbing;
  while (Date.now() < untilMs) {
    await setTimeout(QUIET_MS);
    if (Date.now() >= untilMs) return;
    await doOne(disturbing, dice.draw());
    console.log(`  ${done.at(-1)?.what ?? 'nothing'}`);
  }
}

function doOne(disturbing: Disturbing, kind: DisturbanceKind): Promise<void> {
  const { stack, done } = disturbing;
  switch (kind) {
    case 'kill worker':
      return kill(stack, 'worker', done);
    case 'kill api':
      return kill(stack, 'api', done);
    case 'kill temporal':
      return kill(stack, 'temporal', done);
    case 'kill postgres':
      return kill(stack, 'postgres', done);
    case 'freeze worker':
      return freeze(disturbing, 'worker');
    case 'freeze api':
      return freeze(disturbing, 'api');
    case 'freeze temporal':
      return freeze(disturbing, 'temporal');
    case 'reset a session':
      return resetOne(disturbing);
  }
}

async function kill(stack: WholeStack, part: PartName, done: Disturbance[]): Promise<void> {
  const pid = stack.pidOf(part);
  if (pid === undefined) return;
  const disturbance = begin(`${part} killed`, part === 'worker', done);
  process.kill(pid, 'SIGKILL');
  for (let ms = 0; ms < 60_000 && (await isBack(stack, part, pid)) === false; ms += 250)
    await setTimeout(250);
  disturbance.toMs = Date.now();
}

/** There is another one, and the API answers through it. */
async function isBack(stack: WholeStack, part: PartName, before: number): Promise<boolean> {
  const pid = stack.pidOf(part);
  if (pid === undefined || pid === before) return false;
  const answer = await fetch(`${stack.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  return answer?.status === 200;
}

async function freeze({ stack, dice, done }: Disturbing, part: PartName): Promise<void> {
  const pid = stack.pidOf(part);
  if (pid === undefined) return;
  const ms = 1_000 + dice.roll() * (LONGEST_FREEZE_MS - 1_000);
  const what = `${part} frozen for ${(ms / 1_000).toFixed(0)} s`;
  const disturbance = begin(what, part === 'worker' || part === 'temporal', done);
  process.kill(pid, 'SIGSTOP');
  await setTimeout(ms);
  process.kill(pid, 'SIGCONT');
  disturbance.toMs = Date.now();
}

async function resetOne({ stack, dice, openSessions, done }: Disturbing): Promise<void> {
  const id = pick(dice, openSessions());
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
      workflowTaskFinishEventId: pick(dice, points)?.eventId ?? null,
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

function pick<Item>(dice: Dice, items: readonly Item[]): Item | undefined {
  return items[Math.floor(dice.roll() * items.length)];
}
