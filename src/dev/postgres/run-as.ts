import { readFileSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/**
 * PostgreSQL refuses to run as root. R1: anybody else runs it as themselves. R2: root runs it as the owner of the
 * data, when that is a user. Otherwise as `postgres`, or as `nobody`. Each needs a line in /etc/passwd and a way into
 * the
 * folder. R3: where no user gets in (a project under /root), root runs it in a user namespace. There root is called
 * nobody and still owns its files. R4: where namespaces are forbidden, the data goes to a folder that a user can
 * enter.
 */
export type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly name: string; readonly uid: number; readonly gid: number }
  | { readonly kind: 'namespace' };

export type UserRunAs = Extract<RunAs, { kind: 'user' }>;

const OTHER = 0;
const GROUP = 3;
const OWNER = 6;

export function candidates(dataOwner: number | undefined, passwd = readPasswd()): UserRunAs[] {
  const owner = passwd.find((user) => user.uid === dataOwner && user.uid !== 0);
  const named = ['postgres', 'nobody'].map((name) => passwd.find((user) => user.name === name));
  return [owner, ...named].filter((user): user is UserRunAs => user !== undefined);
}

function readPasswd(): UserRunAs[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ kind: 'user', name, uid: Number(uid), gid: Number(gid) }));
}

/** Whether that user can pass through every folder on the way to `path`, itself included. */
export function canEnter(path: string, user: UserRunAs): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (!permits(statSync(folder), user, 1)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function permits(stats: Stats, user: UserRunAs, bit: number): boolean {
  const shift = stats.uid === user.uid ? OWNER : stats.gid === user.gid ? GROUP : OTHER;
  return ((stats.mode >> shift) & bit) === bit;
}

/** The command as that identity runs it; the user itself is given to `spawn`. */
export function asCommand(runAs: RunAs, command: string, args: readonly string[]): [string, string[]] {
  if (runAs.kind !== 'namespace') return [command, [...args]];
  return ['unshare', ['-U', '--map-user=65534', '--map-group=65534', command, ...args]];
}

export function asUser(runAs: RunAs): { uid: number; gid: number } | undefined {
  return runAs.kind === 'user' ? { uid: runAs.uid, gid: runAs.gid } : undefined;
}
