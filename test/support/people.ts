import { newId } from '../../src/contracts/ids.js';
import type { Principal, Role } from '../../src/contracts/users/principal.js';
import type { Db } from '../../src/db/base/sql.js';
import { withTransaction } from '../../src/db/base/transaction.js';
import { issueApiKey } from '../../src/db/users/user-api-keys.js';
import type { TestDatabase } from './servers/database.js';

/** A person without a key. */
export async function givenUser(db: Db, role: 'ANALYST' | 'ADMIN' = 'ANALYST'): Promise<Principal> {
  const userId = newId('user');
  const email = `${userId}@example.test`;
  await db.query('insert into users (id, email, name, role) values ($1, $2, $1, $3)', [userId, email, role]);
  return { userId, email, name: userId, role, via: 'api_key' };
}

export interface TestUser {
  readonly id: string;
  readonly email: string;
  /** An API key. */
  readonly token: string;
  readonly keyId: string;
}

export async function createApiUser(
  database: Pick<TestDatabase, 'pool'>,
  role: Role = 'ANALYST',
): Promise<TestUser> {
  return withTransaction(database.pool, async (tx) => {
    const { userId: id, email } = await givenUser(tx, role);
    const key = await issueApiKey(tx, { userId: id, name: 'test', expiresAt: undefined });
    return { id, email, token: key.secret, keyId: key.id };
  });
}

/** The user as the rules below HTTP see them. */
export function principalOf({ id, email }: TestUser, role: Role = 'ANALYST'): Principal {
  return { userId: id, email, name: id, role, via: 'api_key' };
}

/** Users with an API key each, by their names in a test. They come with `beforeAll`, in the order of `roles`. */
export function usePeople<Name extends string>(
  database: Pick<TestDatabase, 'pool'>,
  roles: Readonly<Record<Name, Role>>,
): (name: Name) => TestUser {
  const people = new Map<string, TestUser>();
  beforeAll(async () => {
    for (const [name, role] of Object.entries<Role>(roles))
      people.set(name, await createApiUser(database, role));
  });
  return (name) => {
    const user = people.get(name);
    if (user === undefined) throw new Error('the people come with beforeAll');
    return user;
  };
}
