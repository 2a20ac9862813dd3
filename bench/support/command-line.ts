import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** The command line of the build in `dist`, run to its end. Gives what it printed. */
export function sluice(env: Readonly<Record<string, string>>, ...args: string[]): string {
  return execFileSync(process.execPath, [resolve('dist/cli/main.js'), ...args], {
    env: Object.assign({ PATH: process.env['PATH'] ?? '' }, env),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
