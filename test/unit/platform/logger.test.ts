import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let program = '';
beforeAll(async () => {
  const entry = fileURLToPath(new URL('../../../src/platform/logger.ts', import.meta.url));
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createLogger } from ${JSON.stringify(entry)};
        const log = createLogger({ level: 'info', service: 'test' });
        eval(process.argv[1]);`,
      resolveDir: fileURLToPath(new URL('../../..', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  program = outputFiles[0]?.text ?? '';
});

/** What a process of its own wrote until its end. */
function linesOf(code: string): string[] {
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const { stdout } = spawnSync(process.execPath, ['-e', program, '--', code], { cwd, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

test.each([
  ['at the top', `{ token: 's3cret' }`],
  ['in any case', `{ Authorization: 's3cret' }`],
  ['one level down', `{ user: { apiKey: 's3cret' } }`],
  ['among the headers of a request', `{ req: { headers: { authorization: 's3cret', cookie: 's3cret' } } }`],
])('a secret %s is masked', (_where, line) => {
  const [written] = linesOf(`log.info(${line}, 'said')`);
  expect(written).toContain('[redacted]');
  expect(written).not.toContain('s3cret');
});

test('what is no secret is left as it is, errors with their stack', () => {
  const [written] = linesOf(
    `log.warn({ tokens: 3, a: { b: [1] }, nothing: null, err: new Error('boom') }, 'said')`,
  );
  expect(JSON.parse(written ?? '')).toMatchObject({
    tokens: 3,
    a: { b: [1] },
    nothing: null,
    err: { message: 'boom' },
  });
});

test.each([
  ['ends', ''],
  ['exits at once', 'process.exit(0)'],
  ['fails', `throw new Error('boom')`],
])('no line is lost when the process %s', (_how, end) => {
  const lines = linesOf(`for (let line = 0; line < 500; line += 1) log.info({ line }, 'said'); ${end}`);
  expect(lines).toHaveLength(500);
});
