import { join } from 'node:path';
import { ProcessPart, type ProcessPartOptions } from '../parts/process-part.js';

/**
 * A Temporal dev server with its Web UI.
 * T1. Never two on one file: both would report that they are up. The lock of the home and the pid file see to that.
 * T2. The write-ahead log of SQLite survives kill -9; only a power cut may take the last transactions.
 */
export interface TemporalServerOptions {
  readonly binary: string;
  /** Undefined: everything is kept in memory. */
  readonly databaseFile: string | undefined;
  readonly folder: string;
  readonly logFile: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly onEnd?: ProcessPartOptions['onEnd'];
  readonly onBack?: () => void;
}

const HOST = '127.0.0.1';

/** Read by the console's deep links and by people in the Web UI. */
const SEARCH_ATTRIBUTES = ['CotStatus=Keyword', 'CotPhase=Int', 'CotTemplate=Keyword'];

/**
 * Without the first two every step waits for a tick of 50 ms. The one shard of the dev server polls 20 times a second.
 * Without the third a timer may be a second late. Retries, gate deadlines and the recovery after a lost worker wait on it.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=5000',
  'history.transferProcessorMaxPollHostRPS=100000',
  'history.timerProcessorMaxTimeShift="10ms"',
];

const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

export function createTemporalServer(options: TemporalServerOptions): ProcessPart {
  const { onEnd, onBack } = options;
  return new ProcessPart({
    name: 'Temporal',
    // The server makes its database itself, an empty file would pass for a finished one. So its umask keeps it private.
    command: '/bin/sh',
    args: ['-c', 'umask 077 && exec "$0" "$@"', options.binary, ...argumentsOf(options)],
    logFile: options.logFile,
    pidFile: join(options.folder, 'temporal.pid'),
    stopSteps: [
      { signal: 'SIGINT', waitMs: 8_000 },
      { signal: 'SIGKILL', waitMs: 2_000 },
    ],
    readyTimeoutMs: 60_000,
    isReady: () => answers(options),
    ...(onEnd === undefined ? {} : { onEnd }),
    ...(onBack === undefined ? {} : { onBack }),
  });
}

function argumentsOf(options: TemporalServerOptions): string[] {
  const { databaseFile, namespace } = options;
  const flags = [
    '--ip',
    HOST,
    '--port',
    String(options.port),
    '--ui-port',
    String(options.uiPort),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...SEARCH_ATTRIBUTES.flatMap((attribute) => ['--search-attribute', attribute]),
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
    ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
    ...(databaseFile === undefined ? [] : PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma])),
  ];
  // The Web UI asks its maker's host for news, and no page here asks a foreign host for anything.
  return ['server', 'start-dev', '--log-level', 'warn', '--ui-disable-news-fetch', ...flags];
}

/** Through the Web UI to the server and its namespace. All three are there, and no client has to be loaded for it. */
async function answers({ uiPort, namespace }: TemporalServerOptions): Promise<boolean> {
  try {
    const response = await fetch(`http://${HOST}:${uiPort}/api/v1/namespaces/${namespace}`, {
      signal: AbortSignal.timeout(2_000),
    });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
