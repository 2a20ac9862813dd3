import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Download {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Its growth is the progress. */
  readonly folder: string;
  /** Without a new byte for so long it is given up: a network that drops packets never answers. */
  readonly stallMs: number;
  readonly onBytes: (bytes: number) => void;
}

/** Runs a program that downloads. Gives undefined when it worked, else why not. */
export function runDownload(download: Download): Promise<string | undefined> {
  const { command, args, cwd, env, folder, stallMs, onBytes } = download;
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    });
    let output = '';
    let bytes = 0;
    let grewAt = Date.now();
    let stalled = false;
    child.stdout.on('data', (part: Buffer) => void (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => void (output += part.toString()));
    const timer = setInterval(() => {
      const now = bytesIn(folder);
      if (now !== bytes) grewAt = Date.now();
      bytes = now;
      if (bytes > 0) onBytes(bytes);
      if (Date.now() - grewAt > stallMs) {
        stalled = true;
        child.kill('SIGKILL');
      }
    }, 250);
    const finish = (reason: string | undefined): void => {
      clearInterval(timer);
      resolve(reason);
    };
    child.once('error', (error) => finish(error.message));
    child.once('close', (code) => {
      if (stalled) finish(`nothing came for ${stallMs / 1_000} s`);
      else finish(code === 0 ? undefined : lastLine(output) || `it ended with code ${code}`);
    });
  });
}

function bytesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      return sum + (stats?.isFile() === true ? stats.size : 0);
    }, 0);
  } catch {
    return 0;
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
