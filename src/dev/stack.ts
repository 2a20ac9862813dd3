import { passOn, type Config } from '../platform/config.js';
import { createLogger, type Logger } from '../platform/logger.js';
import { usesOwnTemporal } from '../platform/temporal/connection.js';
import { cacheFolder } from './temporal/cache-folder.js';
import { ensureDatabase, setUpDatabase } from './postgres/database-set-up.js';
import { prepareDemoSource } from './demo-source.js';
import type { Home } from './home.js';
import { endMarked } from './leftovers.js';
import { createNodePart, type NodePartOptions } from './parts/node-part.js';
import { startPostgres } from './postgres/postgres.js';
import { findPostgresPrograms, standardSources } from './postgres/programs.js';
import { closeDatabaseFiles, writePrivateJson } from './private-file.js';
import type { ProcessPart, ProcessPartOptions } from './parts/process-part.js';
import type { ProcessIdentity } from './processes.js';
import { PortClaims } from './port-claims.js';
import { isServing, missingParts } from './readiness.js';
import { keepSecrets, type Secrets } from './secrets.js';
import { homeMark, MARK_VARIABLE, startMark } from './start-mark.js';
import { startServer } from './start-server.js';
import { chooseStackPorts, type StackPorts } from './stack-ports.js';
import { StartError } from './start-error.js';
import type { StatusLines } from './status-lines.js';
import { startOnDatabase } from './temporal/database-file.js';
import { createTemporalServer } from './temporal/temporal.js';
import { resolveTemporalBinary, type TemporalBinary } from './temporal/binary.js';
import { Watcher } from './watcher.js';

export interface StackAddresses {
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly temporalUiUrl: string | null;
  readonly temporalAddress: string | null;
  readonly databaseUrl: string;
  readonly signInUrl: string;
}

/** Of `dev.json`, which only its owner reads: addresses carry passwords. */
interface DescribedStack extends Omit<StackAddresses, 'signInUrl'> {
  readonly sqlDataSources: string | undefined;
}

const LOOPBACK = '127.0.0.1';
/** The worker gives its activities 20 s; then it has some more to say goodbye to the server. */
const DRAIN_MS = 25_000;
const PATIENCE_MS = 30_000;

interface StackOptions {
  readonly config: Config;
  readonly home: Home;
  readonly lines: StatusLines;
  readonly self: ProcessIdentity;
}

/**
 * Starts the parts in the order of their needs, and stops them in the opposite one. A part that configuration names
 * elsewhere is left out. Needs the lock of the home.
 */
export class Stack {
  readonly #processes: ProcessPart[] = [];
  readonly #servers: ProcessPart[] = [];
  readonly #mark: string;
  readonly #watcher: Watcher;
  #stopped = false;
  readonly #config: Config;
  readonly #home: Home;
  readonly #lines: StatusLines;

  constructor({ config, home, lines, self }: StackOptions) {
    this.#config = config;
    this.#home = home;
    this.#lines = lines;
    this.#mark = startMark(home.folder, self);
    this.#watcher = new Watcher(this.#mark);
  }

  async start(): Promise<StackAddresses> {
    await this.#endEarlierStarts();
    passOn(MARK_VARIABLE, this.#mark);
    this.#watcher.start();
    const claims = new PortClaims();
    try {
      return await this.#startParts(await chooseStackPorts(this.#config, this.#lines, claims));
    } finally {
      claims.release();
    }
  }

  async #startParts(ports: StackPorts): Promise<StackAddresses> {
    const secrets = keepSecrets(this.#home.secrets);
    const temporal = temporalAddresses(this.#config, ports);
    const apiUrl = `http://${this.#config.host === '0.0.0.0' ? LOOPBACK : this.#config.host}:${ports.api}`;
    const consoleUrl = this.#config.publicUrl ?? apiUrl;
    const places = { apiUrl, consoleUrl, temporalUiUrl: temporal.uiUrl, temporalAddress: temporal.address };
    const binary = this.#findTemporal();
    // The processes load while the Temporal server starts: both wait for it by themselves.
    const [, database] = await Promise.all([
      binary.then((found) => this.#startTemporal(found, ports)),
      Promise.all([this.#startDatabase(secrets), binary]).then(async ([started]) => {
        const { url: databaseUrl, dataSources: sqlDataSources } = started;
        this.#writeDevFile({ ...places, databaseUrl, sqlDataSources }, secrets);
        await this.#startProcesses(apiUrl, {
          SLUICE_HOME: this.#home.folder,
          DATABASE_URL: started.url,
          SIGNING_SECRET: this.#config.signingSecret ?? secrets.signingSecret,
          PORT: String(ports.api),
          PUBLIC_URL: consoleUrl,
          ...(temporal.address === null ? {} : { TEMPORAL_ADDRESS: temporal.address }),
          ...(temporal.uiUrl === null ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
          ...(started.dataSources === undefined ? {} : { SQL_DATA_SOURCES: started.dataSources }),
        });
        return started;
      }),
    ]);
    return {
      ...places,
      databaseUrl: database.url,
      signInUrl: `${consoleUrl}/#signin=${database.signInToken}`,
    };
  }

  /** They may hold the very ports that this start is asked to use. */
  async #endEarlierStarts(): Promise<void> {
    const ended = await endMarked(homeMark(this.#home.folder));
    if (ended > 0) this.#lines.warn('Left over', `${ended} processes of an earlier start were ended`);
  }

  /** Before the API answers: a script that finds it ready reads the addresses and keys of this start. */
  #writeDevFile(stack: DescribedStack, secrets: Secrets): void {
    const { adminApiKey, analystApiKey } = secrets;
    writePrivateJson(this.#home.devFile, { ...stack, adminApiKey, analystApiKey });
  }

  /** First those that work, with time for the work in hand; then what they stand on. */
  async stop(hurry: boolean): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#processes.map((part) => part.stop(hurry)));
    for (const part of [...this.#servers].reverse()) await part.stop(hurry);
    // Work before the parts: initdb, a download.
    await endMarked(this.#mark, this.#watcher.pid);
    await this.#watcher.stop();
  }

  /** A stop in the middle of the start ends it here: no part is started that nobody would stop. */
  #track(list: ProcessPart[], part: ProcessPart): void {
    if (this.#stopped) throw new StartError('Stopped.');
    list.push(part);
  }

  async #startDatabase(
    secrets: Secrets,
  ): Promise<{ url: string; signInToken: string; dataSources: string | undefined }> {
    const logger = createLogger({ level: 'silent', service: 'start' });
    const url = this.#config.databaseUrl ?? (await ensureDatabase(await this.#startCluster(), logger));
    const { applied, signInToken } = await setUpDatabase(url, {
      secrets,
      logger,
      isOurs: this.#config.databaseUrl === undefined,
    });
    this.#lines.done(
      'Database',
      applied.length === 0 ? 'up to date' : `${applied.length} migrations applied`,
    );
    return { url, signInToken, dataSources: await this.#dataSources(url, secrets, logger) };
  }

  /** The demo shop stands in a cluster of ours alone: nothing is made in anybody else's. */
  async #dataSources(url: string, secrets: Secrets, logger: Logger): Promise<string | undefined> {
    if (this.#config.sqlDataSources !== undefined || this.#config.databaseUrl !== undefined)
      return this.#config.sqlDataSources;
    this.#lines.busy('Demo shop', 'being made');
    const { dataSources, isNew } = await prepareDemoSource(url, secrets.signingSecret, logger);
    this.#lines.done('Demo shop', isNew ? 'some 200,000 rows to ask' : 'ready');
    return dataSources;
  }

  async #startCluster(): Promise<string> {
    this.#lines.busy('PostgreSQL', 'starting');
    const { url, major, port, folder } = await startPostgres({
      folder: this.#home.postgres,
      logFile: this.#home.logFile('postgresql'),
      programs: findPostgresPrograms(standardSources(this.#config.embeddedPgBin)),
      durable: true,
      track: (part) => this.#track(this.#servers, part),
      ...this.#reports('PostgreSQL'),
    });
    const elsewhere = folder === this.#home.postgres ? '' : `, its data in ${folder}`;
    this.#lines.done('PostgreSQL', `${major} on ${LOOPBACK}:${port}${elsewhere}`);
    return url;
  }

  /** Undefined: the server is somebody else's. */
  async #findTemporal(): Promise<TemporalBinary | undefined> {
    if (usesOwnTemporal(this.#config)) return undefined;
    this.#lines.busy('Temporal', 'starting');
    return resolveTemporalBinary({
      set: this.#config.temporalCliPath,
      cacheFolder: cacheFolder(this.#config.cacheHome, this.#home.cache),
      onProgress: (text) => this.#lines.busy('Temporal', text),
    });
  }

  async #startTemporal(binary: TemporalBinary | undefined, ports: StackPorts): Promise<void> {
    if (binary === undefined) {
      this.#lines.done(
        'Temporal',
        `not started: ${this.#config.temporalAddress ?? 'that of the profile'} is used`,
      );
      return;
    }
    closeDatabaseFiles(this.#home.temporalDatabase);
    const part = createTemporalServer({
      binary: binary.path,
      databaseFile: this.#home.temporalDatabase,
      folder: this.#home.folder,
      logFile: this.#home.logFile('temporal'),
      port: ports.temporal,
      uiPort: ports.temporalUi,
      namespace: this.#config.temporalNamespace ?? 'default',
      ...this.#reports('Temporal'),
    });
    this.#track(this.#servers, part);
    await startOnDatabase(this.#home.temporalDatabase, () => startServer(part, this.#home.folder));
    this.#lines.done('Temporal', `${binary.version} (${binary.source}) on ${LOOPBACK}:${ports.temporal}`);
  }

  async #startProcesses(apiUrl: string, environment: Record<string, string>): Promise<void> {
    this.#lines.busy('API', 'starting, with a worker');
    const worker = this.#nodePart({
      name: 'Worker',
      program: '../workers/main.js',
      environment,
      isReady: () => Promise.resolve(true),
    });
    const api = this.#nodePart({
      name: 'API',
      program: '../api/main.js',
      environment,
      isReady: () => isServing(apiUrl),
    });
    for (const part of this.#config.workerEnabled ? [worker, api] : [api]) this.#track(this.#processes, part);
    await Promise.all(this.#processes.map((part) => part.start()));
    const missing = this.#config.workerEnabled ? await missingParts(apiUrl, PATIENCE_MS) : [];
    if (this.#config.workerEnabled && !missing.includes('workers'))
      this.#lines.done('Worker', `process ${worker.pid}`);
    this.#lines.done('API', apiUrl);
    if (missing.length > 0)
      this.#lines.warn('Missing', `${missing.join(', ')}: what is accepted waits until then`);
  }

  #nodePart(part: Pick<NodePartOptions, 'name' | 'program' | 'environment' | 'isReady'>): ProcessPart {
    return createNodePart({ ...part, home: this.#home, drainMs: DRAIN_MS, ...this.#reports(part.name) });
  }

  #reports(name: string): { onEnd: NonNullable<ProcessPartOptions['onEnd']>; onBack: () => void } {
    return {
      onEnd: (text, lastLines) => {
        this.#lines.warn(name, text);
        for (const line of lastLines.split('\n').filter((part) => part !== ''))
          this.#lines.plain(`    ${name.toLowerCase()} │ ${line}`);
      },
      onBack: () => this.#lines.done(name, 'is back'),
    };
  }
}

function temporalAddresses(
  config: Config,
  ports: StackPorts,
): { address: string | null; uiUrl: string | null } {
  if (usesOwnTemporal(config))
    return { address: config.temporalAddress ?? null, uiUrl: config.temporalUiUrl ?? null };
  const uiUrl = config.temporalUiUrl ?? `http://${LOOPBACK}:${ports.temporalUi}`;
  return { address: `${LOOPBACK}:${ports.temporal}`, uiUrl };
}
