import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { asUser, candidates, canEnter, type RunAs } from './run-as.js';
import { usablePrograms, type PostgresPrograms, type UsablePrograms } from './programs.js';

/** Where the cluster is and as whom it runs. Each start decides anew, and the same as long as nothing moved. */
export interface PostgresPlace {
  readonly folder: string;
  readonly runAs: RunAs;
  readonly programs: UsablePrograms;
}

const ELSEWHERE = '/var/lib/sluice';

export function placePostgres(wanted: string, programs: PostgresPrograms): PostgresPlace {
  mkdirSync(wanted, { recursive: true });
  if (process.getuid?.() !== 0) return prepare(wanted, { kind: 'self' }, programs);
  const user = candidates(ownerOf(wanted)).find((candidate) => canEnter(wanted, candidate));
  if (user !== undefined) {
    const place = prepare(wanted, user, programs);
    letPass(dirname(wanted), user.gid);
    return place;
  }
  try {
    return prepare(wanted, { kind: 'namespace' }, programs);
  } catch {
    return placeElsewhere(wanted, programs);
  }
}

const PASSABLE = 0o711;

/** The home was open for everybody to pass through, as long as it was not known who has to. */
function letPass(home: string, gid: number): void {
  const { uid, mode } = statSync(home);
  if (uid !== 0 || (mode & 0o777) !== PASSABLE) return;
  chownSync(home, 0, gid);
  chmodSync(home, 0o710);
}

function ownerOf(folder: string): number | undefined {
  const data = join(folder, 'data');
  return existsSync(data) ? statSync(data).uid : undefined;
}

function placeElsewhere(wanted: string, programs: PostgresPrograms): PostgresPlace {
  const folder = join(ELSEWHERE, createHash('sha256').update(wanted).digest('hex').slice(0, 12));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const [user] = candidates(ownerOf(folder));
  return prepare(folder, user ?? { kind: 'self' }, programs);
}

function prepare(folder: string, runAs: RunAs, programs: PostgresPrograms): PostgresPlace {
  const usable = usablePrograms(programs, runAs, folder);
  const user = asUser(runAs);
  if (user !== undefined) giveTo(folder, user);
  else if (runAs.kind === 'namespace') giveTo(folder, { uid: 0, gid: 0 });
  return { folder, runAs, programs: usable };
}

/** After the way of running changed, the files still belong to the identity of before. */
function giveTo(folder: string, user: { uid: number; gid: number }): void {
  chmodSync(folder, 0o700);
  const stats = lstatSync(folder);
  if (stats.uid === user.uid && stats.gid === user.gid) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.startsWith('programs-')) lchownSync(join(folder, name), user.uid, user.gid);
  }
  lchownSync(folder, user.uid, user.gid);
}
