import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { identityOf, type ProcessIdentity } from './processes.js';

/**
 * The variable that every process of a start inherits, and what those start in turn. A program without a pid file
 * (initdb, pip) has none. Neither has a part whose supervisor was killed before writing it.
 */
export const MARK_VARIABLE = 'SLUICE_PART_OF';

/** The beginning of the marks of all starts of a home. */
export function homeMark(home: string): string {
  return `${realpathSync(home)}#`;
}

/** The mark of one start. A later start of the same home has another one, so its processes are never taken for these. */
export function startMark(home: string, supervisor: ProcessIdentity): string {
  return `${homeMark(home)}${supervisor.pid}@${supervisor.startedAt};`;
}

/** The processes whose mark begins so, without the one that asks. */
export function markedProcesses(mark: string): ProcessIdentity[] {
  const entry = `${MARK_VARIABLE}=${mark}`;
  const pids = process.platform === 'linux' ? markedInProc(entry) : markedByPs(entry);
  return pids
    .filter((pid) => pid !== process.pid)
    .map(identityOf)
    .filter((identity) => identity !== undefined);
}

function markedInProc(entry: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).some((variable) => variable.startsWith(entry)))
    .map(Number);
}

/** Of another user's process nothing can be read: it is none of ours. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function markedByPs(entry: string): number[] {
  const lines = execFileSync('ps', ['-AEww', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  }).split('\n');
  return lines.filter((line) => line.includes(` ${entry}`)).map((line) => Number.parseInt(line, 10));
}
