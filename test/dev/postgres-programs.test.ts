import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  findPostgresPrograms,
  hydrateLinks,
  standardSources,
  usablePrograms,
  type PostgresPrograms,
} from '../../src/dev/postgres/programs.js';
import { canEnter, candidates } from '../../src/dev/postgres/run-as.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const folder = useTemporaryFolder();

function binWithPrograms(path: string): string {
  const bin = join(folder, path);
  mkdirSync(bin, { recursive: true });
  for (const name of ['initdb', 'postgres']) writeFileSync(join(bin, name), '', { mode: 0o755 });
  return bin;
}

describe('the programs are looked for', () => {
  const set = binWithPrograms('set');
  const packageBin = binWithPrograms('package/native/bin');
  const packageFolder = join(folder, 'package');
  const systemFolder = join(folder, 'system');
  binWithPrograms('system/9.6/bin');
  binWithPrograms('system/15/bin');
  const nothing = join(folder, 'nothing');

  test('first in EMBEDDED_PG_BIN', () => {
    expect(findPostgresPrograms({ set, packageFolder, systemFolder }).bin).toBe(set);
  });
  test('then in the installed package', () => {
    expect(findPostgresPrograms({ set: undefined, packageFolder, systemFolder }).bin).toBe(packageBin);
  });
  test('then in the newest PostgreSQL of the system', () => {
    const found = findPostgresPrograms({ set: undefined, packageFolder: undefined, systemFolder });
    expect(found.bin).toBe(join(systemFolder, '15/bin'));
  });
  test('and an EMBEDDED_PG_BIN without them is an error with its name', () => {
    expect(() => findPostgresPrograms({ set: nothing, packageFolder, systemFolder })).toThrow(
      `EMBEDDED_PG_BIN is ${nothing}`,
    );
  });
  test('and when there are none, the error names the ways out', () => {
    expect(() =>
      findPostgresPrograms({ set: undefined, packageFolder: undefined, systemFolder: nothing }),
    ).toThrow(/EMBEDDED_PG_BIN.*DATABASE_URL/);
  });
});

test('links that the package could not carry are made, relative, and once', () => {
  const packageFolder = join(folder, 'links');
  mkdirSync(join(packageFolder, 'native/lib'), { recursive: true });
  writeFileSync(join(packageFolder, 'native/lib/libicu.so.60.2'), 'x');
  writeFileSync(
    join(packageFolder, 'native/pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libicu.so.60.2', target: 'native/lib/libicu.so.60' }]),
  );
  expect(hydrateLinks(packageFolder)).toBe(true);
  expect(hydrateLinks(packageFolder)).toBe(true);
  expect(readlinkSync(join(packageFolder, 'native/lib/libicu.so.60'))).toBe('libicu.so.60.2');
});

/** The installed package, copied; `links`: with those that the install script made. */
function copyOfPackage(name: string, links: boolean): PostgresPrograms & { packageFolder: string } {
  const { packageFolder } = findPostgresPrograms(standardSources(undefined));
  if (packageFolder === undefined) throw new Error('the package is installed where the tests run');
  const copy = join(folder, name, 'package');
  const filter = (path: string): boolean => links || !lstatSync(path).isSymbolicLink();
  cpSync(packageFolder, copy, { recursive: true, verbatimSymlinks: true, filter });
  return { bin: join(copy, 'native/bin'), packageFolder: copy };
}

test('an installation without install scripts has its links made and runs', () => {
  const programs = copyOfPackage('no-scripts', false);
  const library = join(programs.packageFolder, 'native/lib/libicuuc.so.60');
  expect(existsSync(library)).toBe(false);
  expect(usablePrograms(programs, { kind: 'self' }, join(folder, 'unused')).bin).toBe(programs.bin);
  expect(existsSync(library)).toBe(true);
});

/** Only root can become somebody else. */
const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('programs in a folder that the user may not enter are copied to one that they may', () => {
  const programs = copyOfPackage('closed', true);
  chmodSync(join(folder, 'closed'), 0o700);
  const open = join(folder, 'open-programs');
  mkdirSync(open);
  const [nobody] = candidates(undefined).filter(({ name }) => name === 'nobody');
  if (nobody === undefined) throw new Error('there is a user nobody');
  const usable = usablePrograms(programs, nobody, open);
  expect(usable.bin.startsWith(open)).toBe(true);
  expect(usablePrograms(programs, nobody, open)).toEqual(usable);
});

test('a user may not enter through a folder that is closed to them', () => {
  const [user] = candidates(undefined, [{ kind: 'user', name: 'nobody', uid: 65_534, gid: 65_534 }]);
  if (user === undefined) throw new Error('nobody is a candidate');
  const open = join(folder, 'open');
  mkdirSync(join(open, 'closed/inner'), { recursive: true });
  chmodSync(join(open, 'closed'), 0o700);
  expect(statSync(join(open, 'closed')).uid).not.toBe(user.uid);
  expect([canEnter(open, user), canEnter(join(open, 'closed/inner'), user)]).toEqual([true, false]);
});

test('root runs PostgreSQL as the owner of the data, else as postgres, else as nobody', () => {
  const user = (name: string, uid: number) => ({ kind: 'user' as const, name, uid, gid: uid });
  const passwd = [user('root', 0), user('nobody', 65_534), user('postgres', 101), user('ada', 1_000)];
  const names = (owner: number | undefined): string[] => candidates(owner, passwd).map(({ name }) => name);
  expect(names(1_000)).toEqual(['ada', 'postgres', 'nobody']);
  expect(names(0)).toEqual(['postgres', 'nobody']);
  expect(names(undefined)).toEqual(['postgres', 'nobody']);
});
