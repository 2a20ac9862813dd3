import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDevModules } from './load-dev-modules.mjs';
import { prepareWorkflowBundle } from './prepare-workflow-bundle.mjs';

const PREFIX = 'sluice-test-';

/**
 * Fills the environment of the test processes. A variable that is already set names a running server, and none
 * is started. Otherwise the run gets a PostgreSQL cluster and a Temporal server of its own, removed afterwards.
 */
export async function startTestServers() {
  // A test's worker runs its workflows on the test's thread. A thread of its own takes 0.5 s of processor time.
  process.env.TEMPORAL_DEBUG = '1';
  const bundle = prepareWorkflowBundle();
  const servers = needsServers() ? await startOwn() : { stop: () => Promise.resolve() };
  process.env.SLUICE_TEST_WORKFLOW_BUNDLE = await bundle;
  const objects = mkdtempSync(join(tmpdir(), 'sluice-objects-'));
  process.env.SLUICE_TEST_OBJECTS = objects;
  return {
    stop: async () => {
      await servers.stop();
      rmSync(objects, { recursive: true, force: true });
    },
  };
}

function needsServers() {
  return !process.env.SLUICE_TEST_DATABASE_URL || !process.env.SLUICE_TEST_TEMPORAL_ADDRESS;
}

async function startOwn() {
  const dev = await loadDevModules();
  await sweep(dev);
  const folder = join(tmpdir(), `${PREFIX}${process.pid}`);
  mkdirSync(folder);
  // PostgreSQL may run as another user, who has to pass through.
  chmodSync(folder, 0o711);
  const lock = dev.lockHome(folder);
  const parts = [];
  const stop = async () => {
    await Promise.all(parts.map((part) => part.stop()));
    lock.release();
    dev.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.all([startDatabase(dev, folder, parts), startTemporal(dev, folder, parts)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** A run that was killed left its servers and its folder behind. */
async function sweep(dev) {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    if (!existsSync(join(folder, 'lock')) || dev.lockOwner(folder) !== undefined) continue;
    for (const pidFile of ['postgres/postgres.pid', 'temporal.pid']) {
      await dev.endLeftover(join(folder, pidFile), [{ signal: 'SIGKILL', waitMs: 5_000 }]);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function startDatabase(dev, folder, parts) {
  if (process.env.SLUICE_TEST_DATABASE_URL) return;
  const { url, part } = await dev.startPostgres({
    folder: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    programs: dev.findPostgresPrograms(dev.standardSources(process.env.EMBEDDED_PG_BIN)),
    durable: false,
    maxConnections: 200,
  });
  parts.push(part);
  process.env.SLUICE_TEST_DATABASE_URL = url;
}

async function startTemporal(dev, folder, parts) {
  if (process.env.SLUICE_TEST_TEMPORAL_ADDRESS) return;
  const binary = await dev.resolveTemporalBinary({
    set: process.env.TEMPORAL_CLI_PATH || undefined,
    cacheFolder: dev.cacheFolder(process.env.XDG_CACHE_HOME, dev.cacheInCheckout),
    onProgress: (text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[2KTemporal: ${text}`),
  });
  for (let tries = 1; process.env.SLUICE_TEST_TEMPORAL_ADDRESS === undefined; tries += 1) {
    const port = await dev.randomPort('127.0.0.1');
    const part = dev.createTemporalServer({
      binary: binary.path,
      databaseFile: undefined,
      folder,
      logFile: join(folder, 'temporal.log'),
      port,
      uiPort: await dev.randomPort('127.0.0.1'),
      namespace: 'default',
    });
    try {
      await part.start();
    } catch (error) {
      // Another program may take a free port before the server does.
      if (tries === 5 || !String(error.message).includes('address already in use')) throw error;
      continue;
    }
    parts.push(part);
    process.env.SLUICE_TEST_TEMPORAL_ADDRESS = `127.0.0.1:${port}`;
  }
}
