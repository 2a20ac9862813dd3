import { waitUntil } from '../../support/wait-until.js';
import {
  eventsOf,
  readProgress,
  send,
  startSession,
  untilGate,
  untilStatus,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();
const { during } = rig;

type Policy = 'approve' | 'reject' | 'hold';

const startWith = (onTimeout: Policy): Promise<string> =>
  startSession(rig, rig.owner, { gate: { timeoutSeconds: 1, onTimeout } });

async function gatesOf(id: string): Promise<{ status: string; via: string | null; expired: boolean }[]> {
  const { rows } = await rig.database.pool.query<{ status: string; via: string | null; expired: boolean }>(
    `select status, decided_via as via, expired_at is not null as expired from gates where run_id = $1 order by phase`,
    [id],
  );
  return rows;
}

test('a gate whose time is over is approved by the policy approve, and the record says that the clock did it', () =>
  during(async () => {
    const id = await startWith('approve');
    await untilStatus(rig, id, 'completed');
    const byClock = { status: 'approved', via: 'timeout', expired: true };
    expect(await gatesOf(id)).toEqual([byClock, byClock]);
  }));

test('a gate whose time is over ends the session by the policy reject', () =>
  during(async () => {
    const id = await startWith('reject');
    expect(await untilStatus(rig, id, 'rejected')).toMatchObject({ reason: 'nobody decided in time' });
    expect(await gatesOf(id)).toEqual([{ status: 'rejected', via: 'timeout', expired: true }]);
  }));

test('a gate whose time is over goes on waiting by the policy hold, and can still be decided', () =>
  during(async () => {
    const id = await startWith('hold');
    await waitUntil(async () => (await eventsOf(rig, id)).some((event) => event.type === 'gate.expired'), {
      what: 'the end of the time of the gate',
    });
    const { gateId } = await readProgress(rig, id);
    const published = (await eventsOf(rig, id)).filter((each) => each.type.startsWith('gate.'));
    expect(published).toMatchObject(
      ['gate.opened', 'gate.reminded', 'gate.expired'].map((type) => ({ type, data: { gateId, phase: 1 } })),
    );
    expect(await readProgress(rig, id)).toMatchObject({ status: 'waiting_approval', deadlineAtMs: null });
    expect(await gatesOf(id)).toEqual([{ status: 'waiting', via: null, expired: true }]);
    await send(rig, id, rig.ask.approve(), 'late');
    expect((await gatesOf(id))[0]).toMatchObject({ status: 'approved', via: 'api' });
  }));

test('the deadline of a gate stands still while the session is paused', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner, { gate: { timeoutSeconds: 60, onTimeout: 'reject' } });
    const before = await untilGate(rig, id, 1);
    await send(rig, id, rig.ask.state('pause'), 'pause');
    const pausedFor = 50;
    await new Promise((resolve) => setTimeout(resolve, pausedFor));
    const after = await send(rig, id, rig.ask.state('resume'), 'resume');
    const deadlineMs = Date.parse(after.deadlineAt!);
    expect(deadlineMs - before.deadlineAtMs!).toBeGreaterThanOrEqual(pausedFor - 5);
    const { rows } = await rig.database.pool.query<{ ms: number }>(
      'select (extract(epoch from deadline_at) * 1000)::float8 as ms from gates where run_id = $1',
      [id],
    );
    expect(rows[0]?.ms).toBe(deadlineMs);
    const published = (await eventsOf(rig, id)).filter(({ type }) => type.startsWith('gate.'));
    expect(published.map(({ type }) => type)).toEqual(['gate.opened']);
  }));

test('a gate is waited for without a task of its workflow: its timer lasts until the reminder', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner, { gate: { timeoutSeconds: 600, onTimeout: 'reject' } });
    await untilGate(rig, id, 1);
    const seconds = await waitUntil(
      async () => {
        const { events } = await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).fetchHistory();
        const timers = (events ?? []).flatMap((event) => event.timerStartedEventAttributes ?? []);
        return timers.length > 0
          ? timers.map((timer) => Number(timer.startToFireTimeout?.seconds))
          : undefined;
      },
      { what: 'the timer of the gate' },
    );
    expect(seconds).toHaveLength(1);
    expect(seconds[0]).toBeGreaterThan(60);
  }));
