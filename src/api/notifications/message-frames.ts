import type { Context } from 'koa';
import type { Pool } from 'pg';
import PostalMime from 'postal-mime';
import { messageRoutes } from '../../contracts/notifications/message-routes.js';
import { Problem } from '../http/problems.js';
import { findCaughtMail } from '../../db/notifications/caught-mails.js';
import { findDelivery } from '../../db/notifications/deliveries.js';
import { findSampleHtml } from '../../db/notifications/run-offices.js';
import { implement, type Route } from '../http/route.js';

/** A mail holds what people and other systems wrote: it runs nothing, loads nothing and is of no origin. */
const MAIL_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'";

/** The HTML of mails, for a frame of the console: its own policy would forbid the styles of a mail. */
export function createMessageFrameRoutes({ pool }: { readonly pool: Pool }): Route[] {
  return [
    implement(messageRoutes.showCaughtMail, async ({ params: { id } }, ctx) => {
      const mail = await findCaughtMail(pool, id);
      send(ctx, mail === undefined ? undefined : (await PostalMime.parse(mail.raw)).html);
    }),
    implement(messageRoutes.showNotificationDelivery, async ({ params: { id } }, ctx) => {
      const html = (await findDelivery(pool, id))?.content['html'];
      send(ctx, typeof html === 'string' ? html : undefined);
    }),
    implement(messageRoutes.showDeadlinePlanSample, async ({ params: { id, office } }, ctx) => {
      send(ctx, (await findSampleHtml(pool, id, office))?.html ?? undefined);
    }),
  ];
}

function send(ctx: Context, html: string | undefined): void {
  if (html === undefined) throw new Problem('not_found');
  ctx.type = 'html';
  ctx.set('Content-Security-Policy', MAIL_POLICY);
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
  ctx.set('Cache-Control', 'private, no-store');
  ctx.body = html;
}
