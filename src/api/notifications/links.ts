import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { Pool } from 'pg';
import { preferencesSchema, type Preferences } from '../../contracts/notifications/preferences.js';
import { Problem } from '../http/problems.js';
import type { LinkPurpose, PreferenceLinks } from '../../crypto/preference-links.js';
import { withTransaction } from '../../db/base/transaction.js';
import { findPreferences } from '../../db/notifications/staff.js';
import { byLink, changePreferences, withoutMails } from '../../operations/notifications/preferences.js';
import { implement, type Route, type Call } from '../http/route.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import { PREFERENCE_PAGE_POLICY, preferencePage, unsubscribePage } from './preference-page.js';

export interface LinkRouteDeps {
  readonly pool: Pool;
  readonly links: PreferenceLinks;
}

type LinkCall = Call<{ token: string }, unknown, unknown>;

const LARGEST_FORM = 4_096;

/**
 * The links in each mail, without a sign-in: the link is the key.
 *
 * L1. A GET or HEAD changes nothing, however often and by whomever: mail scanners follow every link. Only a POST acts.
 * L2. The answer to a click is the same whether anything was left to stop: it reveals nothing about a person.
 */
export function createLinkRoutes(deps: LinkRouteDeps): Route[] {
  return [showRoute(deps), saveRoute(deps), askRoute(deps), stopRoute(deps)];
}

function showRoute(deps: LinkRouteDeps): Route {
  return implement(notificationRoutes.showPreferences, async (call, ctx) => {
    const { preferences } = await personOf(deps, 'p', call);
    sendPage(ctx, preferencePage(preferences, undefined));
  });
}

function saveRoute(deps: LinkRouteDeps): Route {
  return implement(notificationRoutes.savePreferences, async (call, ctx) => {
    const { staffId } = await personOf(deps, 'p', call);
    const wanted = preferencesOf(await readForm(ctx.req));
    const change = { staffId, change: () => wanted, actor: byLink, origin: call.origin };
    const saved = await withTransaction(deps.pool, (tx) => changePreferences(tx, change));
    sendPage(ctx, preferencePage(saved, 'saved'));
  });
}

function askRoute(deps: LinkRouteDeps): Route {
  return implement(notificationRoutes.askToUnsubscribe, async (call, ctx) => {
    const { preferences } = await personOf(deps, 'u', call);
    sendPage(ctx, unsubscribePage(preferences.language, !preferences.email.enabled));
  });
}

function stopRoute(deps: LinkRouteDeps): Route {
  return implement(notificationRoutes.unsubscribe, async (call, ctx) => {
    const { staffId } = await personOf(deps, 'u', call);
    await readForm(ctx.req);
    const change = { staffId, change: withoutMails, actor: byLink, origin: call.origin };
    const { language } = await withTransaction(deps.pool, (tx) => changePreferences(tx, change));
    sendPage(ctx, unsubscribePage(language, true));
  });
}

async function personOf(
  { pool, links }: LinkRouteDeps,
  purpose: LinkPurpose,
  { params: { token } }: LinkCall,
) {
  const staffId = links.read(purpose, token);
  const preferences = staffId === undefined ? undefined : await findPreferences(pool, staffId);
  if (staffId === undefined || preferences === undefined) throw new Problem('not_found');
  return { staffId, preferences };
}

function sendPage(ctx: Context, page: string): void {
  ctx.type = 'html';
  ctx.set('Content-Security-Policy', PREFERENCE_PAGE_POLICY);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = page;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LARGEST_FORM) throw new Problem('payload_too_large', { headers: { Connection: 'close' } });
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

function preferencesOf(form: URLSearchParams): Preferences {
  const text = (name: string): string | null => {
    const value = form.get(name)?.trim() ?? '';
    return value === '' ? null : value;
  };
  const [from, to] = [text('quiet_from'), text('quiet_to')];
  const parsed = preferencesSchema.safeParse({
    email: { enabled: form.has('email'), mute_until: text('email_mute_until') },
    push: { enabled: form.has('push'), mute_until: text('push_mute_until') },
    digest: form.has('digest'),
    language: text('language'),
    quiet_hours: from === null && to === null ? null : { from, to },
  });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new Problem('validation_error', { errors });
}
