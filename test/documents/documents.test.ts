import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildCli, putSluiceInto, removeCli } from '../cli/cli-fixture.js';
import { useWholeHouse } from '../support/houses/whole-house.js';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'examples/README.md',
  'examples/own-kind/README.md',
  'src/client/README.md',
];

/** The commands of a document: its `sh` blocks, without those that say why they are not run. */
function commandsOf(file: string): string[] {
  const blocks = read(file).matchAll(/(<!-- not run: [^>]+ -->\n)?```sh\n([^]*?)```/g);
  return [...blocks].flatMap(([, skipped, block]) => (skipped === undefined ? [block ?? ''] : []));
}

/** A test of this file types the commands of each. */
const typed = [
  'README.md',
  'docs/tutorial.md',
  'docs/tutorial.ja.md',
  'docs/how-to.md',
  'docs/mcp.md',
  'docs/reports.md',
  'docs/events.md',
  'docs/jobs.md',
  'docs/sql.md',
  'docs/webhooks.md',
  'docs/operations/encryption.md',
];

/** As GitHub names the anchor of a heading. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(documents)('each link of %s leads to something that is there', (file) => {
  const text = read(file).replace(/```[^]*?```/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    if (/^(?:https?:|mailto:)/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    if (!existsSync(join(root, target))) return true;
    return (
      anchor !== undefined && statSync(join(root, target)).isFile() && !anchorsOf(target).includes(anchor)
    );
  });
  expect(broken).toEqual([]);
});

test('each command of a document is typed by a test, or says why not', () => {
  expect(documents.filter((file) => commandsOf(file).length > 0).sort()).toEqual(typed.toSorted());
});

test('the Japanese tutorial has the commands of the English one', () => {
  expect(commandsOf('docs/tutorial.ja.md')).toEqual(commandsOf('docs/tutorial.md'));
});

test('the sequence diagram has sixteen numbered steps, and each is explained', () => {
  const text = read('docs/flow.md');
  const diagram = /```mermaid\n([^]*?)```/.exec(text)?.[1] ?? '';
  expect(diagram).toContain('autonumber');
  expect(diagram.match(/-?->>/g)).toHaveLength(16);
  const explained = [...text.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  expect(explained).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
});

test('the reference is what the program says (node scripts/reference.mjs writes it)', async () => {
  const check = promisify(execFile)(process.execPath, ['scripts/reference.mjs', '--check'], { cwd: root });
  await expect(check).resolves.toMatchObject({ stderr: '' });
}, 180_000);

describe('run against a whole house', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-documents-'));
  const house = useWholeHouse();
  beforeAll(async () => {
    await buildCli();
    mkdirSync(join(folder, 'bin'));
    putSluiceInto(join(folder, 'bin'));
  });
  afterAll(() => {
    removeCli();
    rmSync(folder, { recursive: true });
  });

  /** All commands in one shell, as one types them. Only 5, needs a person, is a way to go on. */
  async function run(...files: string[]): Promise<string> {
    const script = [
      'set -uo pipefail',
      `trap 'code=$?; [ $code -eq 5 ] || { echo "exit $code: $BASH_COMMAND" >&2; exit $code; }' ERR`,
      ...files.flatMap(commandsOf),
    ].join('\n');
    const env = {
      PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: folder,
      SLUICE_URL: house.api.url,
      SLUICE_API_KEY: house.admin.token,
    };
    const options = { cwd: folder, env, timeout: 280_000, maxBuffer: 16_000_000 };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], options);
    return stdout;
  }

  test('docs/tutorial.md', async () => {
    const out = await run('docs/tutorial.md');
    expect(out).toContain('whole: ');
    expect(readFileSync(join(folder, 'session.json'), 'utf8')).toContain('# Roast less, taste more');
    expect(readFileSync(join(folder, 'session.md'), 'utf8')).toContain('home coffee roasting');
  }, 300_000);

  test('the tour of README.md', async () => {
    expect(await run('README.md')).toContain('# ');
    expect(readFileSync(join(folder, 'audit.ndjson'), 'utf8')).not.toBe('');
  }, 300_000);

  test('docs/how-to.md', async () => {
    const out = await run('docs/how-to.md');
    const [first, second] = out.split('\n');
    expect(first).toMatch(/^ses_/);
    expect(second).toBe(first);
    expect(out).toContain('exit code 4');
  }, 300_000);

  test('the pages of reports, events, jobs, SQL, webhooks and encryption', async () => {
    const pages = ['reports', 'events', 'jobs', 'sql', 'webhooks', 'operations/encryption'];
    const out = await run(...pages.map((page) => `docs/${page}.md`));
    expect(readFileSync(join(folder, 'session-report.md'), 'utf8')).toContain('home coffee roasting');
    expect(out).toContain('event: job.completed');
    expect(out).toContain('"secret":"whsec_');
    expect(out).toContain('Fridays');
    expect(out).toContain('"total_rows"');
    expect(out).toMatch(/TEMPORAL_PAYLOAD_KEYS=2026-11:[A-Za-z0-9+/]{43}=$/m);
  }, 300_000);

  test('docs/mcp.md', async () => {
    expect(await run('docs/mcp.md')).toContain('"id":1,"result":{}');
  }, 300_000);
});
