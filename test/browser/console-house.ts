import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { withTransaction } from '../../src/db/base/transaction.js';
import { seedBuiltinTemplates } from '../../src/db/templates/templates.js';
import type { Role } from '../../src/contracts/users/principal.js';
import { startApi, type TestApi } from '../support/api.js';
import { useDatabase, type TestDatabase } from '../support/servers/database.js';
import { waitUntil } from '../support/wait-until.js';
import { useTemporal, type TestTemporal } from '../support/servers/temporal.js';
import { createApiUser } from '../support/people.js';

const root = resolve(import.meta.dirname, '../..');

const WHOLE = '/usr/bin/chromium';
const SMALL = '/usr/bin/chromium-headless-shell';

/** Debian's Chromium. Without a surface of its own it takes less than half of the processor time, but notifies nobody. */
const programFor = (notifies: boolean): string => (!notifies && existsSync(SMALL) ? SMALL : WHOLE);

/** As root it needs no sandbox, and it must not look for its maker's hosts. */
const launch = {
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** The faults of a page. A test ends with none of it. */
export interface Faults {
  readonly foreign: string[];
  readonly errors: string[];
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly userId: string;
  readonly faults: Faults;
}

export interface VisitorOptions extends BrowserContextOptions {
  readonly role?: Role;
  /** A user that exists already, by their key. */
  readonly token?: string;
}

export interface ConsoleHouse {
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly api: TestApi;
  readonly folder: string;
  /** Somebody signed in, in a browser of their own. */
  visit(path: string, options?: VisitorOptions): Promise<Visitor>;
  /** Ends the API and starts another one at the same address. */
  restartApi(whileItIsAway?: () => Promise<void>): Promise<void>;
}

export interface ConsoleOptions {
  readonly development?: boolean;
  /** Of the API. */
  readonly env?: Record<string, string>;
  /** A browser that shows notifications. */
  readonly notifies?: boolean;
}

/** The console as it is released, or as it is worked on. */
export async function bundleInto(outdir: string, development = false): Promise<void> {
  const { bundleConsole } = (await import(join(root, 'scripts/console-bundle.mjs'))) as {
    bundleConsole: (options: { outdir: string; development: boolean }) => Promise<unknown>;
  };
  await bundleConsole({ outdir, development });
}

/** A built console, an API and a browser for a file of tests. */
export function useConsole({
  development = false,
  env = {},
  notifies = false,
}: ConsoleOptions = {}): ConsoleHouse {
  const database = useDatabase();
  const temporal = useTemporal();
  const open: BrowserContext[] = [];
  let folder: string;
  let api: TestApi;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-console-'));
    await bundleInto(folder, development);
    await withTransaction(database.pool, seedBuiltinTemplates);
    api = await startApi({ database, temporal, consoleFolder: folder, env });
    browser = await chromium.launch({ ...launch, executablePath: programFor(notifies) });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    database,
    temporal,
    get api() {
      return api;
    },
    get folder() {
      return folder;
    },
    visit: async (path, options = {}) => {
      const visitor = await visit({ browser, api, database }, path, options);
      open.push(visitor.context);
      return visitor;
    },
    restartApi: async (whileItIsAway) => {
      const port = Number(new URL(api.url).port);
      await api.close();
      await whileItIsAway?.();
      api = await startApi({ database, temporal, consoleFolder: folder, port, env });
    },
  };
}

interface Place {
  readonly browser: Browser;
  readonly api: TestApi;
  readonly database: TestDatabase;
}

/** As `waitUntil`: a machine whose disk is busy with an installation takes its time. */
const LONGEST_WAIT_MS = 60_000;

async function visit(place: Place, path: string, options: VisitorOptions): Promise<Visitor> {
  const { role, token, ...contextOptions } = options;
  const user = token === undefined ? await createApiUser(place.database, role) : undefined;
  const context = await place.browser.newContext({ locale: 'en-US', ...contextOptions });
  context.setDefaultTimeout(LONGEST_WAIT_MS);
  const signedIn = await context.request.post(`${place.api.url}/api/v1/session`, {
    data: { apiKey: token ?? user?.token },
  });
  if (!signedIn.ok()) throw new Error(`signing in failed with ${signedIn.status()}`);
  const page = await context.newPage();
  const faults = watch(page, place.api.url);
  await page.goto(`${place.api.url}${path}`);
  await page.waitForSelector('main');
  return { page, context, userId: user?.id ?? '', faults };
}

/** Chromium prints violations of the policy on the console, so they count as errors. */
export function watch(page: Page, origin: string): Faults {
  const faults: Faults = { foreign: [], errors: [] };
  page.on('request', (request) => {
    const isOwn = [origin, 'data:', 'blob:'].some((prefix) => request.url().startsWith(prefix));
    if (!isOwn) faults.foreign.push(request.url());
  });
  page.on('pageerror', (error) => void faults.errors.push(error.message));
  page.on('console', (message) => {
    // An answer that is a problem is an error to Chromium, which names its address apart from its text.
    if (message.type() === 'error') faults.errors.push(`${message.text()} ${message.location().url}`.trim());
  });
  return faults;
}

export const noFaults: Faults = { foreign: [], errors: [] };

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

interface Axe {
  run(options: object): Promise<AxeResult>;
}

let axeSource: string | undefined;

interface Animated {
  readonly document: {
    getAnimations(): {
      readonly effect: { getComputedTiming(): { readonly endTime: number } } | null;
      readonly finished: Promise<unknown>;
    }[];
  };
}

/** Colours fade as a theme changes or a pointer comes: in between their contrast is no finding. */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const running = (globalThis as unknown as Animated).document.getAnimations();
    const ending = running.filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // An animation that is taken away is canceled, which is an end as well.
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** Violations of WCAG 2 A and AA and of good practice, by rule, with the elements. */
export async function axeViolations(page: Page): Promise<string[]> {
  await untilStill(page);
  axeSource ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated over the browser's protocol: the policy of the page forbids a script tag.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: Axe }).axe.run(options),
    // To name the way to each element that is as it should be takes most of the time.
    { resultTypes: ['violations'], selectors: false },
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** The page and its tables of records, where a reader has to move them sideways. */
export function scrolledSideways(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[document.documentElement, ...document.querySelectorAll('.table-frame:has(.record-table)')]
       .map((each) => [each.ariaLabel ?? 'page', each.scrollWidth - each.clientWidth])
       .filter(([, px]) => px > 0)
       .map(([name, px]) => name + ': ' + px + ' px too wide')`,
  );
}

interface LongList {
  /** Selects a row. */
  readonly row: string;
  /** Selects the frame that scrolls. */
  readonly frame: string;
  readonly count: number;
}

/** Loads a list to its end and looks at it there: rows that are far away are no elements. */
export async function expectWindowed(page: Page, { row, frame, count }: LongList): Promise<void> {
  const rowAt = (place: number) => page.locator(`${row}[aria-posinset="${place}"]`);
  const more = page.locator(frame).locator('button[aria-busy=false]', { hasText: 'Load more' });
  const reach = (place: number): Promise<boolean> =>
    waitUntil(
      async () => {
        await page.locator(frame).evaluate((element) => element.scrollTo(0, element.scrollHeight));
        return (await rowAt(place).count()) === 1;
      },
      { what: `row ${place} of ${row}` },
    );
  await rowAt(1).waitFor();
  for (let loaded = 50; loaded < count; loaded += 50) {
    // A busy button takes no press, and one that moves while the mouse is down no click.
    await more.press('Enter');
    await reach(Math.min(count, loaded + 50));
  }
  await rowAt(1).waitFor({ state: 'detached' });
}
