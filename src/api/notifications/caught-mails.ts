import PostalMime from 'postal-mime';
import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import {
  caughtMailListQuery,
  caughtMailPageSchema,
  caughtMailSchema,
} from '../../contracts/notifications/caught-mail.js';
import { Problem } from '../../contracts/problems.js';
import { findCaughtMail, listCaughtMails } from '../../db/notifications/caught-mails.js';
import { omit } from '../../domain/omit.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { readRoute, reply, type AnyRoute } from '../http/route.js';

const PATH = '/api/v1/notifications/mails';
const TAG = 'Notifications';

/** The mails that the built-in mail server took, where no other one is configured. */
export function createCaughtMailRoutes({ pager }: { readonly pager: Pager }): AnyRoute[] {
  return [
    readRoute({
      method: 'GET',
      path: PATH,
      operationId: 'listCaughtMails',
      summary: 'Mails that were caught instead of sent, newest first',
      tag: TAG,
      access: 'admin',
      query: caughtMailListQuery,
      responses: { 200: { description: 'One page', body: caughtMailPageSchema } },
      problems: ['invalid_cursor'],
      async handle({ query }, db) {
        const filters = { to: query.to };
        const scope = { list: 'caught-mails', filters };
        const request = pager.request(scope, query);
        const rows = await listCaughtMails(db, filters, request);
        const page = pager.page(scope, request, rows, (row) => ({ at: row.received_at, id: row.id }));
        return pageReply(PATH, query, page);
      },
    }),
    readRoute({
      method: 'GET',
      path: `${PATH}/:id`,
      operationId: 'getCaughtMail',
      summary: 'One of them as its reader would see it',
      tag: TAG,
      access: 'admin',
      params: z.object({ id: idSchema('mail') }),
      responses: { 200: { description: 'The mail', body: caughtMailSchema } },
      problems: ['not_found'],
      async handle({ params: { id } }, db) {
        const mail = await findCaughtMail(db, id);
        if (mail === undefined) throw new Problem('not_found');
        const { subject = '', text = null, html = null, headers } = await PostalMime.parse(mail.raw);
        const named = headers.map(({ key, value }) => ({ name: key, value }));
        return reply(200, { ...omit(mail, 'raw'), subject, text, html, headers: named });
      },
    }),
  ];
}
