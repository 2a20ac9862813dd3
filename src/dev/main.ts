import { ConfigError, loadConfig } from '../platform/config.js';
import { NewerDatabaseError } from '../db/base/migrate.js';
import { openBrowser } from './browser.js';
import { lockHome } from './home-lock.js';
import { openHome } from './home.js';
import { PartFailedError } from './parts/process-part.js';
import { Stack } from './stack.js';
import { sentenceFor, StartError } from './start-error.js';
import { createStatusLines } from './status-lines.js';
import { onStopRequest } from './stop-requests.js';
import { welcome } from './welcome.js';

// `npm start | head`, or a terminal that is gone: nobody reads the lines any more, and the stack runs on.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
const lines = createStatusLines(process.stdout);
let stopping = false;

try {
  const config = loadConfig();
  const home = openHome(config.home);
  const lock = lockHome(home.folder);
  const stack = new Stack({ config, home, lines, self: lock.owner });
  onStopRequest((hurry) => {
    lines.plain(
      hurry
        ? 'Stopping now.'
        : 'Stopping: the work in hand is brought to a good place. Ctrl-C again hurries.',
    );
    stopping = true;
    void stack.stop(hurry).then(() => {
      lock.release();
      process.exit(0);
    });
  });
  try {
    const addresses = await stack.start();
    lines.plain(welcome(addresses, home));
    if (!config.noOpen && config.ci === undefined && process.stdout.isTTY) openBrowser(addresses.signInUrl);
  } catch (error) {
    if (!stopping) {
      await stack.stop(true);
      lock.release();
      throw error;
    }
  }
} catch (error) {
  lines.plain(sentenceOf(error));
  process.exit(1);
}

function sentenceOf(error: unknown): string {
  const known = [StartError, ConfigError, NewerDatabaseError, PartFailedError].some(
    (kind) => error instanceof kind,
  );
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return sentenceFor(text, 'SLUICE_HOME') ?? (known ? (error as Error).message : text);
}
