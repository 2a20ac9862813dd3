import { Refusal } from '../../../src/contracts/refusal.js';
import type { Role } from '../../../src/contracts/users/principal.js';
import type { User } from '../../../src/contracts/users/user.js';
import type { TokenIdentity } from '../../../src/domain/users/provisioning.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { changeUser } from '../../../src/operations/users/change-user.js';
import { provisionUser, type Provisioned } from '../../../src/db/users/provisioning.js';
import { findUser, insertUser, type UserChange } from '../../../src/db/users/users.js';
import { testAdmin } from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
let names = 0;

beforeEach(() => database.pool.query('delete from users'));

function addUser(role: Role, email = `user${(names += 1)}@example.org`): Promise<User> {
  return withTransaction(database.pool, (tx) => insertUser(tx, { email, name: email, role }));
}

function change(user: User, wanted: UserChange): Promise<User> {
  return withTransaction(database.pool, (tx) =>
    changeUser(tx, {
      userId: user.id,
      change: wanted,
      checkVersion: () => undefined,
      audit: { actor: testAdmin },
    }),
  );
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

async function activeAdmins(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from users where role = 'ADMIN' and is_active`,
  );
  return rows[0]!.count;
}

test.each<[string, UserChange]>([
  ['deactivated', { isActive: false }],
  ['demoted', { role: 'ANALYST' }],
])('the last active administrator cannot be %s, whatever inactive ones there are', async (_what, wanted) => {
  const last = await addUser('ADMIN');
  await change(await addUser('ADMIN'), { isActive: false });
  expect(await outcomeOf(change(last, wanted))).toBe('last_admin');
  expect(await activeAdmins()).toBe(1);
});

test('of ten administrators who remove each other at once one stays', async () => {
  const admins = await Promise.all(Array.from({ length: 10 }, () => addUser('ADMIN')));
  const outcomes = await Promise.all(
    admins.map((admin, index) =>
      outcomeOf(change(admin, index % 2 === 0 ? { isActive: false } : { role: 'ANALYST' })),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(9);
  expect(outcomes.filter((outcome) => outcome === 'last_admin')).toHaveLength(1);
  expect(await activeAdmins()).toBe(1);
});

test('twenty changes at once are twenty versions', async () => {
  const user = await addUser('ANALYST');
  await Promise.all(Array.from({ length: 20 }, (_, index) => change(user, { name: `name ${index}` })));
  const { rows } = await database.pool.query('select version from users where id = $1', [user.id]);
  expect(rows).toEqual([{ version: 21 }]);
});

test('a change to what is so already is no change and no entry', async () => {
  const user = await addUser('ANALYST');
  expect(await change(user, { role: 'ANALYST', name: user.name })).toEqual(user);
  const { rows } = await database.pool.query('select 1 from audit_logs where resource_id = $1', [user.id]);
  expect(rows).toEqual([]);
});

test('an address that differs only in case is taken', async () => {
  await addUser('ANALYST', 'Some.One@example.org');
  const other = await addUser('ANALYST');
  expect(await outcomeOf(addUser('ANALYST', 'some.one@EXAMPLE.org'))).toBe('already_exists');
  expect(await outcomeOf(change(other, { email: 'SOME.ONE@example.org' }))).toBe('already_exists');
});

const token: TokenIdentity = {
  issuer: 'https://issuer.example',
  subject: 'subject-1',
  email: 'ann@example.org',
  emailVerified: true,
  name: 'Ann',
};

function provision(identity: Partial<TokenIdentity> = {}): Promise<Provisioned> {
  return withTransaction(database.pool, (tx) => provisionUser(tx, { ...token, ...identity }));
}

test('the first sight of a token makes an analyst, the second finds them', async () => {
  const first = await provision();
  expect(await provision({ email: 'ann.married@example.org' })).toEqual(first);
  const { rows } = await database.pool.query('select email, role, is_active from users');
  expect(rows).toEqual([{ email: 'ann@example.org', role: 'ANALYST', is_active: true }]);
});

test('the same subject of another issuer is another user', async () => {
  const first = await provision();
  const other = { issuer: 'https://other.example', email: 'bea@example.org' };
  const second = await provision(other);
  expect(second).toMatchObject({ userId: expect.stringMatching(/^usr_/) as string });
  expect(second).not.toEqual(first);
  expect([await provision(), await provision(other)]).toEqual([first, second]);
});

test('a change of one field leaves the others, and every other user, as they were', async () => {
  const [user, beside] = [await addUser('ADMIN'), await addUser('ADMIN')];
  const { updatedAt: _before, ...same } = user;
  const changes: UserChange[] = [
    { name: 'Ada' },
    { email: 'ada@example.org' },
    { role: 'ANALYST' },
    { isActive: false },
  ];
  let expected = same;
  for (const wanted of changes) {
    expected = { ...expected, ...wanted, version: expected.version + 1 } as typeof expected;
    const { updatedAt: _after, ...changed } = await change(user, wanted);
    expect(changed).toEqual(expected);
  }
  expect(await findUser(database.pool, beside.id)).toEqual(beside);
});

test('twenty first sights at once make one user and one entry', async () => {
  const seen = await Promise.all(Array.from({ length: 20 }, () => provision({ subject: 'subject-many' })));
  expect(new Set(seen.map((user) => JSON.stringify(user))).size).toBe(1);
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from audit_logs where action = 'provisioned' and resource_id = $1`,
    ['userId' in seen[0]! ? seen[0].userId : ''],
  );
  expect(rows[0]!.count).toBe(1);
});

test('a user made here is linked to the token that is vouched for, with their role', async () => {
  const user = await addUser('ADMIN', 'ann@example.org');
  expect(await provision()).toEqual({ userId: user.id });
  const { rows } = await database.pool.query('select role, subject from users');
  expect(rows).toEqual([{ role: 'ADMIN', subject: 'subject-1' }]);
});

test('an address that nobody vouches for takes over nobody', async () => {
  await addUser('ADMIN', 'ann@example.org');
  expect(await provision({ emailVerified: false })).toEqual({ refused: 'email_not_verified' });
});

test('an address that belongs to another subject is refused, and so is a token without one', async () => {
  await provision();
  expect(await provision({ subject: 'subject-2' })).toEqual({ refused: 'email_taken' });
  expect(await provision({ subject: 'subject-3', email: undefined })).toEqual({ refused: 'no_email' });
});
