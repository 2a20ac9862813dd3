import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../platform/config.js';
import type { Home } from '../home.js';
import { ProcessPart, type ProcessPartOptions } from './process-part.js';

export interface NodePartOptions {
  readonly name: string;
  /** Compiled, relative to the folder above. */
  readonly program: string;
  readonly home: Home;
  readonly environment: Readonly<Record<string, string>>;
  /** For the work in hand after SIGTERM. */
  readonly drainMs: number;
  readonly isReady: () => Promise<boolean>;
  readonly onEnd: NonNullable<ProcessPartOptions['onEnd']>;
  readonly onBack: () => void;
}

/** A smaller nursery keeps an idle process small; what is allocated in a request still dies young. */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=8'];

/** A process of ours: the same program as in production, configured by its environment alone. */
export function createNodePart(options: NodePartOptions): ProcessPart {
  const { name, program, home, environment, drainMs, isReady, onEnd, onBack } = options;
  const fileName = name.toLowerCase();
  return new ProcessPart({
    name,
    command: process.execPath,
    args: [...NODE_FLAGS, fileURLToPath(new URL(program, new URL('..', import.meta.url)))],
    env: environmentWith(environment),
    watched: true,
    logFile: home.logFile(fileName),
    pidFile: join(home.folder, `${fileName}.pid`),
    stopSteps: [
      { signal: 'SIGTERM', waitMs: drainMs },
      { signal: 'SIGKILL', waitMs: 2_000 },
    ],
    readyTimeoutMs: 60_000,
    isReady,
    onEnd,
    onBack,
  });
}
