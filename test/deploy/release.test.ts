import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const root = resolve(import.meta.dirname, '../..');
/** npm keeps what it learned of an advisory in its home. */
const folder = useTemporaryFolder();

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((done) => {
    const options = { cwd: root, env: Object.assign({ PATH: process.env['PATH'], HOME: folder }, env) };
    const child = execFile(process.execPath, [...args], options, (_error, stdout, stderr) =>
      done({ code: child.exitCode, text: stdout + stderr }),
    );
  });
}

test('a release finds the version in each place where it stands', async () => {
  const { code, text } = await run(['scripts/release.mjs', '999.0.0', '--dry-run']);
  expect(code).toBe(0);
  for (const file of [
    'package.json',
    'src/contracts/version.ts',
    'deploy/helm/sluice/Chart.yaml',
    'CHANGELOG.md',
  ])
    expect(text).toContain(`${file}: `);
});

test.each([['0.0.1'], ['one'], ['0.1.0-rc.1']])('a release of %s is refused', async (version) => {
  expect((await run(['scripts/release.mjs', version, '--dry-run'])).code).toBe(1);
});

describe('the audit, by the npm client against a registry', () => {
  let registry: Server;
  let answer: { readonly status: number; readonly body: object };
  beforeAll(async () => {
    registry = createServer((request, response) => {
      request.resume();
      request.on('end', () =>
        response
          .writeHead(answer.status, { 'Content-Type': 'application/json' })
          .end(JSON.stringify(request.method === 'GET' ? packument : answer.body)),
      );
    });
    await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    registry.closeAllConnections();
    await new Promise((closed) => registry.close(closed));
  });

  /** npm asks which versions there are of a reported package. Nothing but the product itself needs this one. */
  const packument = {
    name: 'gpt-tokenizer',
    'dist-tags': { latest: '4.0.0' },
    versions: { '4.0.0': { name: 'gpt-tokenizer', version: '4.0.0' } },
  };
  const audit = (): Promise<Ran> =>
    run(['scripts/audit.mjs'], {
      npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
    });
  const advisory = {
    'gpt-tokenizer': [
      {
        id: 1,
        url: 'https://github.com/advisories/GHSA-test-test-test',
        title: 'a test',
        severity: 'high',
        vulnerable_versions: '*',
        cwe: [],
        cvss: { score: 9, vectorString: null },
      },
    ],
  };

  test('a high advisory without a reason fails, and is named', async () => {
    answer = { status: 200, body: advisory };
    expect(await audit()).toEqual({
      code: 1,
      text: expect.stringContaining('GHSA-test-test-test: gpt-tokenizer: a test') as string,
    });
  });

  test('a registry that does not answer is reported, and does not fail', async () => {
    answer = { status: 405, body: {} };
    expect(await audit()).toEqual({
      code: 0,
      text: expect.stringContaining('the registry could not be asked') as string,
    });
  });
});
