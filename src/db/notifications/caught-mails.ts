import { newId } from '../../contracts/ids.js';
import type { CaughtMailHead } from '../../contracts/notifications/caught-mail.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, sql, type Db } from '../base/sql.js';

export async function insertCaughtMail(
  db: Db,
  mail: { readonly from: string; readonly to: readonly string[]; readonly raw: Buffer },
): Promise<void> {
  const head = mail.raw.subarray(0, 16_384).toString('latin1');
  await execute(
    db,
    sql`insert into caught_mails (id, mail_from, rcpt_to, message_id, raw)
        values (${newId('mail')}, ${mail.from}, ${[...mail.to]}::text[],
                ${/^message-id:\s*(<[^>\r\n]+>)/im.exec(head)?.[1] ?? null}, ${mail.raw})`,
  );
}

export interface CaughtMailRow extends Omit<CaughtMailHead, 'subject'> {
  /** As much of it as holds the headers. */
  readonly head: Buffer;
}

export function listCaughtMails(
  db: Db,
  filters: { readonly to?: string | undefined },
  page: PageRequest,
): Promise<CaughtMailRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`received_at`, id: sql`id` });
  const toWhom = filters.to === undefined ? sql`true` : sql`${filters.to} = any(rcpt_to)`;
  return many<CaughtMailRow>(
    db,
    sql`select id, mail_from as "from", rcpt_to as "to", message_id, octet_length(raw) as bytes, received_at,
               substring(raw from 1 for 4096) as head
          from caught_mails where ${toWhom} and ${where} order by ${orderBy} limit ${page.limit + 1}`,
  );
}

export function findCaughtMail(
  db: Db,
  id: string,
): Promise<(Omit<CaughtMailHead, 'subject'> & { raw: Buffer }) | undefined> {
  return maybeOne(
    db,
    sql`select id, mail_from as "from", rcpt_to as "to", message_id, octet_length(raw) as bytes, received_at, raw
          from caught_mails where id = ${id}`,
  );
}
