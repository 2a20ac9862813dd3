import { createSignInToken, redeemSignInToken } from '../../../src/db/users/sign-in-tokens.js';
import { givenUser } from '../../support/people.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const redeem = (token: string) => redeemSignInToken(database.pool, token);
const given = async (ttlSeconds = 60) => {
  const { userId } = await givenUser(database.pool);
  return { userId, token: await createSignInToken(database.pool, userId, ttlSeconds) };
};

test('a token signs its own user in, once', async () => {
  const [first, second] = [await given(), await given()];
  expect(await redeem(second.token)).toBe(second.userId);
  expect(await redeem(second.token)).toBeUndefined();
  expect(await redeem(first.token)).toBe(first.userId);
  expect(await redeem(`${first.token}x`)).toBeUndefined();
});

test('a token that is too old, or of a user who was switched off, signs nobody in', async () => {
  const [old, off] = [await given(-1), await given()];
  await given();
  await database.pool.query('update users set is_active = false where id = $1', [off.userId]);
  expect(await redeem(old.token)).toBeUndefined();
  expect(await redeem(off.token)).toBeUndefined();
  await database.pool.query('update users set is_active = true where id = $1', [off.userId]);
  expect(await redeem(off.token)).toBe(off.userId);
});
