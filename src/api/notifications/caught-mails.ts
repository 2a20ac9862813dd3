import PostalMime from 'postal-mime';
import { Problem } from '../http/problems.js';
import type { CaughtMailHead } from '../../contracts/notifications/caught-mail.js';
import { findCaughtMail, listCaughtMails, type CaughtMailRow } from '../../db/notifications/caught-mails.js';
import { omit } from '../../domain/omit.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { messageRoutes } from '../../contracts/notifications/message-routes.js';

/** The mails that the built-in mail server took, where no other one is configured. */
export function createCaughtMailRoutes({ pager }: { readonly pager: Pager }): Route[] {
  return [
    implement(messageRoutes.listCaughtMails, async ({ path, query }, db) => {
      const filters = { to: query.to };
      const scope = { list: 'caught-mails', filters };
      const request = pager.request(scope, query);
      const rows = await Promise.all((await listCaughtMails(db, filters, request)).map(withSubject));
      const page = pager.page(scope, request, {
        rows,
        keyOf: (row) => ({ at: row.received_at, id: row.id }),
      });
      return pageReply(path, query, page);
    }),
    implement(messageRoutes.getCaughtMail, async ({ params: { id } }, db) => {
      const mail = await findCaughtMail(db, id);
      if (mail === undefined) throw new Problem('not_found');
      const { subject = '', text = null, html = null, headers } = await PostalMime.parse(mail.raw);
      const named = headers.map(({ key, value }) => ({ name: key, value }));
      return reply(200, { ...omit(mail, 'raw'), subject, text, html, headers: named });
    }),
  ];
}

async function withSubject({ head, ...mail }: CaughtMailRow): Promise<CaughtMailHead> {
  return { ...mail, subject: (await PostalMime.parse(head)).subject ?? '' };
}
