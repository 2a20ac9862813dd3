import type { Role } from '../../src/contracts/users/principal.js';
import { createApiUser, type TestUser } from './api.js';
import type { TestDatabase } from './servers/database.js';

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
