import { spawn } from 'node:child_process';
import { environmentWith } from '../platform/config.js';
import { MARK_VARIABLE } from './start-mark.js';

/** A convenience: where there is no browser, nothing happens. */
export function openBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(command, [url], {
    detached: true,
    stdio: 'ignore',
    // A browser is nothing of the stack: it stays when that stops.
    env: environmentWith({ [MARK_VARIABLE]: '' }),
  });
  child.once('error', () => undefined);
  child.unref();
}
