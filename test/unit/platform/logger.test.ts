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

/** The lines that a process of its own wrote until its end. */
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

test('a line is at most 16 kB long, and one that was cut says so', () => {
  const [written = ''] = linesOf(`log.warn({ body: 'ä\\u0001'.repeat(1_000_000) }, 'too much')`);
  expect(Buffer.byteLength(written)).toBeLessThanOrEqual(16_000);
  expect(JSON.parse(written)).toMatchObject({ level: 40, msg: 'too much', service: 'test' });
  expect(written).toContain('cutFrom');
});

test.each(['err', 'error'])(
  'an error as `%s` has its causes, and of a row that was refused only the names',
  (name) => {
    const [written] = linesOf(
      `const inner = Object.assign(new Error('refused'), { code: '23514', table: 'gates', detail: 'a secret text' });
     log.error({ ${name}: new Error('outer', { cause: inner }) }, 'failed')`,
    );
    expect(JSON.parse(written ?? '')[name]).toMatchObject({
      message: 'outer',
      stack: expect.stringContaining('at ') as string,
      cause: { message: 'refused', code: '23514', table: 'gates' },
    });
    expect(written).not.toContain('a secret text');
  },
);

test('a storm of one warning is twenty lines and a count', () => {
  const lines = linesOf(`for (let n = 0; n < 1_000; n += 1) log.warn({ n }, 'again');
    log.warn('another');
    const later = Date.now() + 10_001;
    Date.now = () => later;
    log.warn('again');`);
  expect(lines).toHaveLength(20 + 1 + 2);
  expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({ leftOut: 980, msg: 'again' });
});

test('what a storm left out is told when it is over, also when nobody says it again', () => {
  const lines = linesOf(`let summarize;
    globalThis.setTimeout = (run) => ({ unref: () => (summarize = run) });
    for (let n = 0; n < 30; n += 1) log.warn('again');
    const later = Date.now() + 10_001;
    Date.now = () => later;
    summarize();`);
  expect(lines).toHaveLength(20 + 1);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ leftOut: 10, msg: 'again' });
});

test.each([
  ['ends', ''],
  ['exits at once', 'process.exit(0)'],
  ['fails', `throw new Error('boom')`],
  ['is killed a second later', `setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_000)`],
])('no line is lost when the process %s', (_how, end) => {
  const lines = linesOf(`for (let line = 0; line < 500; line += 1) log.info({ line }, 'said'); ${end}`);
  expect(lines).toHaveLength(500);
});
