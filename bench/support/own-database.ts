import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of its own on the server of DATABASE_URL, removed afterwards. */
export async function inOwnDatabase(
  what: string,
  work: (databaseUrl: string) => Promise<void>,
): Promise<void> {
  const given = process.env['DATABASE_URL'];
  if (given === undefined) throw new Error('DATABASE_URL says where a database for this may be made');
  const name = `bench_${what}_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: given });
  await admin.connect();
  await admin.query(`create database ${name}`);
  try {
    await work(Object.assign(new URL(given), { pathname: `/${name}` }).href);
  } finally {
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}
