import PostalMime from 'postal-mime';
import { Problem } from '../../contracts/problems.js';
import { findCaughtMail, listCaughtMails } from '../../db/notifications/caught-mails.js';
import { omit } from '../../domain/omit.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';

/** The mails that the built-in mail server took, where no other one is configured. */
export function createCaughtMailRoutes({ pager }: { readonly pager: Pager }): Route[] {
  return [
    implement(notificationRoutes.listCaughtMails, async ({ path, query }, db) => {
      const filters = { to: query.to };
      const scope = { list: 'caught-mails', filters };
      const request = pager.request(scope, query);
      const rows = await listCaughtMails(db, filters, request);
      const page = pager.page(scope, request, rows, (row) => ({ at: row.received_at, id: row.id }));
      return pageReply(path, query, page);
    }),
    implement(notificationRoutes.getCaughtMail, async ({ params: { id } }, db) => {
      const mail = await findCaughtMail(db, id);
      if (mail === undefined) throw new Problem('not_found');
      const { subject = '', text = null, html = null, headers } = await PostalMime.parse(mail.raw);
      const named = headers.map(({ key, value }) => ({ name: key, value }));
      return reply(200, { ...omit(mail, 'raw'), subject, text, html, headers: named });
    }),
  ];
}
