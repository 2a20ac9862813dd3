import { waitUntil } from '../../support/wait-until.js';
import { readState, send, startSession, untilGate, untilStatus } from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

/** Data of a session that the database refuses. */
const rig = useSessions();
const { during } = rig;

async function statusOf(id: string): Promise<unknown> {
  const { rows } = await rig.database.pool.query(
    `select status, error->>'code' as code from runs where id = $1`,
    [id],
  );
  return rows[0];
}

async function eventsOf(id: string): Promise<{ timers: number; all: number }> {
  const { events } = await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).fetchHistory();
  const timers = (events ?? []).filter((each) => each.timerStartedEventAttributes).length;
  return { timers, all: events?.length ?? 0 };
}

test('a state that breaks a constraint flags the session with the reason, and the session still takes commands', () =>
  during(async () => {
    await rig.database.pool.query(`alter table gates add constraint no_second check (phase <> 2)`);
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await send(rig, id, rig.ask.approve(), 'one');
    await waitUntil(
      async () =>
        JSON.stringify(await statusOf(id)) ===
        JSON.stringify({ status: 'needs_attention', code: 'projection_refused' }),
      { what: 'the flag', timeoutMs: 60_000 },
    );
    await rig.database.pool.query(`alter table gates drop constraint no_second`);
    expect(await send(rig, id, rig.ask.state('cancel'), 'cancel')).toMatchObject({ status: 'canceled' });
    await untilStatus(rig, id, 'canceled');
    expect((await readState(rig, id)).ending).toMatchObject({ status: 'canceled' });
  }));

test('a state that cannot be written is tried again by a timer, and a few events a minute', () =>
  during(async () => {
    await rig.database.pool.query(
      `create function out_of_order() returns trigger language plpgsql as
         $$ begin raise exception 'out of order' using errcode = 'XX000'; end $$;
       create trigger out_of_order before update on sessions execute function out_of_order()`,
    );
    const id = await startSession(rig, rig.owner);
    await waitUntil(async () => (await eventsOf(id)).timers >= 1, { what: 'a timer', timeoutMs: 60_000 });
    const { all, timers } = await eventsOf(id);
    expect(all).toBeLessThan(20 + 10 * timers);
    await rig.database.pool.query('drop trigger out_of_order on sessions');
    await untilGate(rig, id, 1);
  }));
