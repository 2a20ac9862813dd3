import type { Role } from '../../../src/contracts/users/principal.js';
import { loadConfig } from '../../../src/platform/config.js';
import { sqlSettingsOf } from '../../../src/platform/sql/settings.js';
import { useApi, type TestApi } from '../api.js';
import { usePeople, type TestUser } from '../people.js';
import { useDatabase, type TestDatabase } from '../servers/database.js';
import { useTemporal, type TestTemporal } from '../servers/temporal.js';
import { useShop, type TestShop } from '../sql/shop.js';
import { startWorker } from '../workers/run-worker.js';
import { testWorker, withWorker, type TestParts, type TestWorkerOptions } from '../workers/worker.js';

export interface Places {
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly env: Readonly<Record<string, string>>;
}

export interface OpenParts {
  readonly parts: TestParts;
  /** Runs after the worker has stopped. */
  close(): Promise<void>;
}

export interface SluiceOptions<Name extends string> extends TestWorkerOptions {
  /** Of the API. The worker takes its settings of SQL from it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each has an API key and is a member of the house. */
  readonly people: Readonly<Record<Name, Role>>;
  /** The worker runs as long as the tests. Without it a worker runs around `working` alone. */
  readonly keepsWorking?: boolean;
  /** Adds a shop as the data source of SQL. */
  readonly hasShop?: boolean;
  /** Opens parts of a worker that keeps working, once the servers are there. */
  readonly open?: (places: Places) => Promise<OpenParts>;
}

/** A running house: the API, a database and a Temporal namespace of its own, people, and a worker. */
export type Sluice<Name extends string = never> = Readonly<Record<Name, TestUser>> & {
  readonly api: TestApi;
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly shop: TestShop;
  /** Runs a worker around `work`, with these options above those of the house. */
  working<Result>(work: () => Promise<Result>, options?: TestWorkerOptions): Promise<Result>;
};

export function useSluice<Name extends string>(options: SluiceOptions<Name>): Sluice<Name> {
  const { people, keepsWorking = false, hasShop = false, open = opensNothing, ...worker } = options;
  let stop: (() => Promise<void>) | undefined;
  // Before the hooks of the servers: they run in this order, and the worker holds their connections.
  afterAll(() => stop?.());
  const [database, temporal] = [useDatabase(), useTemporal()];
  const shop = hasShop ? useShop() : undefined;
  const env = shop ? { SQL_DATA_SOURCES: JSON.stringify([shop.source]), ...options.env } : { ...options.env };
  const api = useApi({ database, temporal, env });
  const person = usePeople(database, people);
  const given: TestWorkerOptions = { sql: sqlSettingsOf(loadConfig(env)), ...worker };
  if (keepsWorking)
    beforeAll(async () => {
      const { parts, close } = await open({ database, temporal, env });
      const stopWorker = await startWorker(
        temporal,
        testWorker(database, temporal, Object.assign({}, given, parts)),
      );
      stop = () => stopWorker().finally(close);
    });
  const house = {
    api,
    database,
    temporal,
    get shop() {
      if (shop === undefined) throw new Error('the house has no shop');
      return shop;
    },
    working: <Result>(work: () => Promise<Result>, more: TestWorkerOptions = {}) =>
      withWorker(database, temporal, Object.assign({}, given, more), work),
  };
  const names = Object.keys(people) as Name[];
  const persons = names.map((name) => [name, { get: () => person(name), enumerable: true }]);
  return Object.defineProperties(house, Object.fromEntries(persons)) as Sluice<Name>;
}

const opensNothing = (): Promise<OpenParts> => Promise.resolve({ parts: {}, close: () => Promise.resolve() });

/** A house with more members. Members that are computed stay so. */
export function extended<House extends object, More extends object>(house: House, more: More): House & More {
  return Object.defineProperties(house, Object.getOwnPropertyDescriptors(more)) as House & More;
}
