import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Pool } from 'pg';

/** Of Linux' clock ticks, a hundred to the second on every machine of ours. */
const MS_A_TICK = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  /** Of children that have ended. */
  readonly ended: number;
}

/** Milliseconds of processor time that a process and its children have used. */
export function processorMsOf(pid: number): number {
  const root = timesOf(pid);
  if (root === undefined) throw new Error(`process ${pid} has ended`);
  const children = pids()
    .map(timesOf)
    .filter((times) => times?.parent === pid);
  const ticks = children.reduce((sum, times) => sum + (times?.own ?? 0), root.own + root.ended);
  return ticks * MS_A_TICK;
}

/** The process above the backend that serves this pool. */
export async function postmasterOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const parent = timesOf(rows[0]?.pid ?? 0)?.parent;
  if (parent === undefined) throw new Error('PostgreSQL does not run on this machine');
  return parent;
}

/** The process that listens at this port of the machine. */
export function listenerOf(address: string): number {
  const port = Number(address.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0');
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const listening = rows
    .map((row) => row.trim().split(/\s+/))
    .find((fields) => fields[3] === '0A' && fields[1]?.endsWith(`:${port}`));
  const socket = `socket:[${listening?.[9]}]`;
  const pid = pids().find((each) => socketsOf(each).includes(socket));
  if (pid === undefined) throw new Error(`nothing on this machine listens at ${address}`);
  return pid;
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Undefined when the process has ended meanwhile. */
function timesOf(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it is in parentheses and may hold blanks.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
      (index) => fields[index],
    );
    return { parent, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return undefined;
  }
}

/** Empty for a process of somebody else. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
