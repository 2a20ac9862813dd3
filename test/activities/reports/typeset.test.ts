import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTypesetter } from '../../../src/activities/reports/typeset.js';
import { useTemporaryFolder } from '../../support/temporary-folder.js';
import { waitUntil } from '../../support/wait-until.js';

const folder = useTemporaryFolder();

/** A typesetter that says its process id in a file, then does what the program says. */
function typesetterOf(
  name: string,
  program: string,
): { typeset: ReturnType<typeof createTypesetter>; pid(): number } {
  const home = join(folder, name);
  mkdirSync(home);
  const started = join(home, 'pid');
  writeFileSync(
    join(home, 'typeset-program.mjs'),
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(started)}, String(process.pid));\n${program}`,
  );
  return {
    typeset: createTypesetter(pathToFileURL(`${home}/`)),
    pid: () => (existsSync(started) ? Number(readFileSync(started, 'utf8')) : 0),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a typesetter that works without a pause is killed as soon as its activity is canceled', async () => {
  const { typeset, pid } = typesetterOf('endless', 'for (;;);');
  const activity = new AbortController();
  const made = typeset('{}', { signal: activity.signal });
  const refused = expect(made).rejects.toMatchObject({ name: 'AbortError' });
  await waitUntil(async () => pid() > 0, { what: 'the start of the typesetter' });

  activity.abort();

  await refused;
  await waitUntil(async () => !isAlive(pid()), { what: 'the end of the typesetter' });
});

test('what waits for its turn is given up at once, and the one before it is not disturbed', async () => {
  const { typeset, pid } = typesetterOf(
    'slow',
    `import { existsSync } from 'node:fs';
     const wait = setInterval(() => {
       if (!existsSync(${JSON.stringify(join(folder, 'go'))})) return;
       clearInterval(wait);
       process.stdout.write('done');
     }, 5);`,
  );
  const first = typeset('{}');
  await waitUntil(async () => pid() > 0, { what: 'the start of the first' });
  const activity = new AbortController();
  const second = typeset('{}', { signal: activity.signal });

  activity.abort(new Error('canceled'));

  await expect(second).rejects.toThrow('canceled');
  writeFileSync(join(folder, 'go'), '');
  expect((await first).toString()).toBe('done');
  expect((await typeset('{}')).toString()).toBe('done');
});

test('one document is made after the other, and one that fails does not hold up the next', async () => {
  const { typeset } = typesetterOf(
    'checked',
    `import { rmSync } from 'node:fs';
     import { text } from 'node:stream/consumers';
     const mine = ${JSON.stringify(join(folder, 'busy'))};
     writeFileSync(mine, '', { flag: 'wx' });
     const asked = await text(process.stdin);
     rmSync(mine);
     if (asked === 'bad') throw new Error('this one cannot be made');
     process.stdout.write(asked + ' made');`,
  );

  const [first, bad, last] = await Promise.allSettled([typeset('first'), typeset('bad'), typeset('last')]);

  expect(first).toMatchObject({ status: 'fulfilled', value: Buffer.from('first made') });
  expect(bad).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining('this one cannot be made') },
  });
  expect(last).toMatchObject({ status: 'fulfilled', value: Buffer.from('last made') });
});

test('a typesetter sees nothing of the environment of the worker', async () => {
  const { typeset } = typesetterOf('spy', 'process.stdout.write(Object.keys(process.env).join());');

  expect((await typeset('{}')).toString()).toBe('RAYON_NUM_THREADS');
});

test('the typesetter refuses what is no report with the reason, and no file', async () => {
  await expect(createTypesetter()('[]')).rejects.toThrow(/the typesetter ended with 1/);
  await expect(createTypesetter()('no JSON')).rejects.toThrow(/failed to parse JSON/);
});
