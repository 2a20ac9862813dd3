import { newId } from '../../contracts/ids.js';
import { provisioningStep, type KnownUser, type TokenIdentity } from '../../domain/users/provisioning.js';
import { recordAudit, type AuditEntry } from '../audit/log.js';
import { execute, maybeOne, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';
import { announcePrincipalChange } from './users.js';

export type Provisioned =
  | { readonly userId: string }
  | { readonly refused: 'no_email' | 'email_taken' | 'email_not_verified' };

/**
 * The user of a valid token, made or linked on first sight by the rule of domain/users/provisioning.ts. Two requests with
 * the same new token are safe: the second insert finds the first one's row. Whether the user is active is for the caller.
 */
export async function provisionUser(
  tx: Tx,
  identity: TokenIdentity,
  origin?: AuditEntry['origin'],
): Promise<Provisioned> {
  const step = provisioningStep(
    identity,
    await findBySubject(tx, identity),
    await findByEmail(tx, identity.email),
  );
  switch (step.kind) {
    case 'use':
      return { userId: step.userId };
    case 'refuse':
      // Between the two reads another request may have made the very row that now seems to be in our way.
      return step.reason === 'email_taken' ? againAfterRace(tx, identity) : { refused: step.reason };
    case 'link':
      return link(tx, { userId: step.userId, identity, origin });
    case 'create':
      return create(
        tx,
        { issuer: identity.issuer, subject: identity.subject, email: step.email, name: step.name },
        origin,
      );
  }
}

async function findBySubject(db: Db, { issuer, subject }: TokenIdentity): Promise<KnownUser | undefined> {
  return maybeOne<KnownUser>(
    db,
    sql`select id, issuer from users where issuer = ${issuer} and subject = ${subject}`,
  );
}

async function findByEmail(db: Db, email: string | undefined): Promise<KnownUser | undefined> {
  if (email === undefined) return undefined;
  return maybeOne<KnownUser>(db, sql`select id, issuer from users where lower(email) = lower(${email})`);
}

async function link(
  tx: Tx,
  {
    userId,
    identity,
    origin,
  }: { readonly userId: string; readonly identity: TokenIdentity; readonly origin: AuditEntry['origin'] },
): Promise<Provisioned> {
  const linked = await execute(
    tx,
    sql`update users set issuer = ${identity.issuer}, subject = ${identity.subject},
                         version = version + 1, updated_at = clock_timestamp()
         where id = ${userId} and issuer is null`,
  );
  if (linked === 0) return againAfterRace(tx, identity);
  await record(tx, { userId, action: 'linked', after: { issuer: identity.issuer }, origin });
  return { userId };
}

async function create(
  tx: Tx,
  user: { issuer: string; subject: string; email: string; name: string },
  origin: AuditEntry['origin'],
): Promise<Provisioned> {
  const row = await maybeOne<{ id: string }>(
    tx,
    sql`insert into users (id, email, name, role, issuer, subject)
        values (${newId('user')}, ${user.email}, ${user.name}, 'ANALYST', ${user.issuer}, ${user.subject})
        on conflict do nothing returning id`,
  );
  if (row === undefined) return againAfterRace(tx, user);
  const after = { email: user.email, name: user.name, role: 'ANALYST', isActive: true, issuer: user.issuer };
  await record(tx, { userId: row.id, action: 'provisioned', after, origin });
  return { userId: row.id };
}

/** Another request was first: its row is committed by now, and either ours or in our way. */
async function againAfterRace(db: Db, identity: { issuer: string; subject: string }): Promise<Provisioned> {
  const known = await maybeOne<{ id: string }>(
    db,
    sql`select id from users where issuer = ${identity.issuer} and subject = ${identity.subject}`,
  );
  return known === undefined ? { refused: 'email_taken' } : { userId: known.id };
}

async function record(
  tx: Tx,
  entry: { userId: string; action: string; after: Record<string, unknown>; origin: AuditEntry['origin'] },
): Promise<void> {
  await recordAudit(tx, {
    actor: { system: 'sign-in' },
    action: entry.action,
    resourceType: 'user',
    resourceId: entry.userId,
    after: entry.after,
    ...(entry.origin === undefined ? {} : { origin: entry.origin }),
  });
  await announcePrincipalChange(tx, entry.userId);
}
