import type pg from 'pg';
import type { ActivityDeps } from '../../src/activities/index.js';
import { renderMail, renderPush, type NoticeFacts } from '../../src/domain/notifications/render-notice.js';

type Parts = ActivityDeps['notifications'];

/**
 * The baseline: office after office, person after person, a mail and then a push. Each asks its queries for
 * itself. The servers, the library and the rendering are the same.
 */
export async function sendSerially(
  pool: pg.Pool,
  parts: Parts,
): Promise<{ readonly ms: number; readonly queries: number }> {
  let queries = 0;
  const ask = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> => {
    queries += 1;
    return (await pool.query<Row>(text, values)).rows;
  };
  const startedAt = performance.now();
  for (const office of await ask<{ id: string; name: string }>('select id, name from offices order by id')) {
    const deadlines = await ask<{ id: string; title: string }>(
      'select id, title from deadlines where office_id = $1',
      [office.id],
    );
    for (const person of await ask<{ id: string; name: string; email: string }>(
      'select id, name, email from staff where office_id = $1',
      [office.id],
    )) {
      const facts = factsOf(office.name, person.name, deadlines);
      const mail = renderMail(facts);
      await parts.mailer.send({
        ...mail,
        from: parts.mailFrom,
        to: { name: person.name, address: person.email },
        messageId: `<${person.id}@serial.test>`,
        unsubscribeUrl: 'https://sluice.test/u/x',
      });
      const devices = await ask<{ endpoint: string; p256dh: string; auth: string }>(
        'select endpoint, p256dh, auth from push_subscriptions where staff_id = $1',
        [person.id],
      );
      for (const subscription of devices) {
        const payload = JSON.stringify(renderPush(facts));
        await parts.pushes.send({ subscription, payload, urgency: 'normal', topic: 'serial' });
      }
    }
  }
  return { ms: performance.now() - startedAt, queries };
}

function factsOf(
  office: string,
  name: string,
  deadlines: readonly { readonly id: string; readonly title: string }[],
): NoticeFacts {
  return {
    office,
    name,
    language: 'en',
    items: deadlines.map(({ id, title }) => ({
      deadlineId: id,
      title,
      dueOn: '2026-03-17',
      daysLeft: 7,
      threshold: 7,
      critical: false,
    })),
    links: { preferences: 'https://sluice.test/p/x', unsubscribe: 'https://sluice.test/u/x' },
  };
}
