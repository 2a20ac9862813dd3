import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { taskQueues } from '../../contracts/names.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { findTemporalHome } from '../../db/runs/temporal-home.js';
import { problemOfHome } from '../../domain/runs/temporal-home.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import { QueryMeter, runMetered } from '../../platform/query-meter.js';
import type { Redis } from '../../platform/cache/redis.js';
import { within } from '../../platform/within.js';
import { everyAnswer, lookAtQueue } from './task-queues.js';

export interface Check {
  readonly status: 'up' | 'down';
  readonly ms: number;
  readonly [member: string]: unknown;
}

/**
 * `ready`: everything answers. `degraded`: it serves. Accepted work waits without Temporal or a worker; reads are
 * slower without Redis; results may be unavailable. `unavailable`: nothing can be served without PostgreSQL, and
 * nothing should be in front of a foreign or emptied Temporal.
 */
export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unavailable';
  readonly checks: Readonly<Record<string, Check>>;
}

export interface ReadinessDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly runControl: Pick<RunControl, 'identity'>;
  readonly redis?: Redis | undefined;
  readonly objects: ObjectStore;
}

const LIMIT_MS = 1_500;
const KEPT_MS = 1_000;

export interface ReadinessProbe {
  /** Asks at most once a second, however often it is asked. */
  check(): Promise<Readiness>;
  /** Waits for what is still asked: a Temporal connection that is closed under a call that retries ends the process. */
  drain(): Promise<void>;
}

export function createReadiness(deps: ReadinessDeps): ReadinessProbe {
  const asked = new Set<Promise<Finding>>();
  let kept: Promise<Readiness> | undefined;
  let keptUntil = 0;
  const ask = (look: () => Promise<Finding>): Promise<Check> => {
    const asking = look();
    asked.add(asking);
    const forget = (): void => void asked.delete(asking);
    asking.then(forget, forget);
    return timed(asking);
  };
  return {
    check() {
      if (kept === undefined || performance.now() >= keptUntil) {
        keptUntil = performance.now() + KEPT_MS;
        kept = lookAround(deps, ask);
      }
      return kept;
    },
    drain: async () => void (await Promise.allSettled(asked)),
  };
}

async function lookAround(
  { pool, temporal, runControl, redis, objects }: ReadinessDeps,
  ask: (look: () => Promise<Finding>) => Promise<Check>,
): Promise<Readiness> {
  const looks: readonly (readonly [name: string, look: () => Promise<Finding>])[] = [
    ['postgres', () => runMetered(new QueryMeter(), () => pool.query('select 1')).then(() => ({}))],
    ['temporal', () => askTemporal(temporal)],
    ['workers', () => countPollers(temporal)],
    ['maintenance', () => runMetered(new QueryMeter(), () => lookHome(pool, runControl))],
    ...(redis === undefined ? [] : [['redis', () => redis.ping().then(() => ({}))] as const]),
    // A folder of this machine answers when the machine does.
    ...(objects.kind === 'local' ? [] : [['objectStore', () => objects.check().then(() => ({}))] as const]),
  ];
  const found = await Promise.all(looks.map(async ([name, look]) => [name, await ask(look)] as const));
  const checks: Record<string, Check> = Object.fromEntries(found);
  const allUp = found.every(([, check]) => check.status === 'up');
  const serves = checks['postgres']?.status === 'up' && checks['maintenance']?.['reason'] === undefined;
  const status = !serves ? 'unavailable' : allUp ? 'ready' : 'degraded';
  return { status, checks };
}

type Finding = Readonly<Record<string, unknown>> & { readonly missing?: boolean };

/** The reason of a failed check stays in that part's log: any caller may ask this address. */
async function timed(asking: Promise<Finding>): Promise<Check> {
  const startedAt = performance.now();
  const since = (): number => Math.round(performance.now() - startedAt);
  try {
    const { missing = false, ...more } = await within(asking, LIMIT_MS);
    return { status: missing ? 'down' : 'up', ms: since(), ...more };
  } catch {
    return { status: 'down', ms: since() };
  }
}

async function askTemporal(temporal: Client): Promise<Finding> {
  await temporal.withDeadline(Date.now() + LIMIT_MS, () => temporal.workflowService.getSystemInfo({}));
  return {};
}

/** Whether runs may be closed and started: see activities/runs/at-home.ts. A Temporal that is away says so itself. */
async function lookHome(pool: Pool, control: Pick<RunControl, 'identity'>): Promise<Finding> {
  const home = await findTemporalHome(pool);
  if (home === undefined) return {};
  const reason = home.problem ?? problemOfHome(home, await control.identity());
  return reason === null ? {} : { missing: true, reason };
}

/** The workers that poll each queue now. Without a worker on `flow` nothing moves. */
async function countPollers(temporal: Client): Promise<Finding> {
  const queues = Object.values(taskQueues);
  const [workflows, ...activities] = await temporal.withDeadline(Date.now() + LIMIT_MS, () =>
    everyAnswer([
      lookAtQueue(temporal, { name: taskQueues.flow, type: 'workflows' }),
      ...queues.map((name) => lookAtQueue(temporal, { name, type: 'activities' })),
    ]),
  );
  const pollers = Object.fromEntries(queues.map((name, index) => [name, activities[index]?.pollers ?? 0]));
  return { missing: workflows?.pollers === 0, pollers: { workflows: workflows?.pollers ?? 0, ...pollers } };
}
