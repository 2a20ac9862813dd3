import { newId } from '../../../src/contracts/ids.js';
import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';
import { storeHistory } from '../../support/store-history.js';
import { waitUntil } from '../../support/wait-until.js';
import { policiesOf } from '../../support/workers/scheduled-activities.js';

const house = useNotificationHouse();
const rules = { thresholds: [30, 14, 7, 3, 1, 0], overdue: true, canary_offices: 0, pause_error_rate: 0 };
const set = (more: object) => house.ask('PUT', '/api/v1/notifications/settings', { ...rules, ...more });
afterEach(() => set({ pause_error_rate: 50 }));

interface Gate {
  readonly id: string;
  readonly phaseTitle: string;
  readonly outputDigest: string;
  readonly preview: string;
  readonly jobId: string;
}

const waiting = (jobId: string): Promise<Gate> =>
  waitUntil(
    async () => {
      const { body } = await house.ask('GET', '/api/v1/gates');
      return (body['items'] as Gate[]).find((gate) => gate.jobId === jobId);
    },
    { what: 'a gate in the inbox' },
  );
const decide = ({ id, outputDigest }: Gate, decision: string, more: object = {}) =>
  house.ask('POST', `/api/v1/gates/${id}/decide`, { decision, outputDigest, ...more });

test('a canary serves the first offices, and the rest after an approval in the inbox', async () => {
  await seedOffices(house.database.pool, { offices: 7, staff: 2 });
  await set({ canary_offices: 3 });
  await house.working(async () => {
    const id = await house.start();
    const gate = await waiting(id);
    const { workflow } = house.temporal.client;
    const { runId } = await workflow.getHandle(`deadline-run:${id}`).describe();
    expect(gate).toMatchObject({ phaseTitle: 'The first offices' });
    expect(gate.preview).toContain('6 messages sent');
    expect(house.smtp.mails).toHaveLength(6);
    expect((await house.ask('GET', `/jobs/${id}`)).body['state']).toBe('PROCESSING');
    const stale = await decide({ ...gate, outputDigest: 'a'.repeat(64) }, 'approve');
    expect([stale.status, stale.body['code']]).toEqual([409, 'stale_approval']);
    expect((await decide(gate, 'redo')).status).toBe(400);
    expect((await decide(gate, 'approve', { comment: 'looks right' })).status).toBe(200);
    expect((await decide(gate, 'approve')).status).toBe(409);
    await house.ended(id);
    await storeHistory(house.temporal.client, `deadline-run:${id}`, 'notifyDeadlines', 'canary');
    const telling = '10 s, 86400 s in all; any number of tries, 0.5 s × 2 up to 30 s';
    expect(await policiesOf(workflow.getHandle(`deadline-run:${id}`, runId))).toMatchObject({
      openRunGate: telling,
      settleRunGate: telling,
    });
    expect(await house.result(id)).toMatchObject({ email_sent: 14, offices_processed: 7, stopped_by: null });
    const { body } = await house.ask('GET', `/api/v1/audit-logs?resourceType=gate&resourceId=${gate.id}`);
    expect(body['items']).toMatchObject([
      { action: 'approved', reason: 'looks right', actor: { id: house.admin.id } },
    ]);
  });
});

test('a dry run asks nobody about a canary, for it sends nothing', async () => {
  await seedOffices(house.database.pool, { offices: 7, staff: 2 });
  await set({ canary_offices: 3 });
  await house.working(async () => {
    expect(await house.run({ dry_run: true })).toMatchObject({ email_sent: 14, offices_processed: 7 });
    expect(house.smtp.mails).toEqual([]);
  });
});

test('a canary that is rejected ends the run with what it has sent, and a forged name is not believed', async () => {
  await seedOffices(house.database.pool, { offices: 5, staff: 1 });
  await set({ canary_offices: 1 });
  await house.working(async () => {
    const id = await house.start();
    const gate = await waiting(id);
    const forged = {
      gateId: gate.id,
      decision: 'reject',
      userId: house.admin.id,
      via: 'console',
      comment: null,
    };
    const update = (args: object) =>
      house.temporal.client.workflow
        .getHandle(`deadline-run:${id}`)
        .executeUpdate('decideRunGate', { args: [args] });
    for (const wrong of [
      { ...forged, via: undefined },
      { ...forged, comment: {} },
    ])
      await expect(update(wrong)).rejects.toMatchObject({
        cause: { type: 'InvalidInput', message: expect.stringMatching(/^decideRunGate: /) },
      });
    await expect(update({ ...forged, gateId: newId('gate') })).rejects.toMatchObject({
      cause: { type: 'not_waiting', message: 'no such gate waits' },
    });
    // The second one would overwrite the first, which was taken already.
    const both = await Promise.allSettled([update(forged), update(forged)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await house.ended(id);
    const { body } = await house.ask('GET', `/api/v1/audit-logs?resourceType=gate&resourceId=${gate.id}`);
    expect(body['items']).toMatchObject([{ action: 'rejected', actor: { id: null, name: 'signal' } }]);
    expect(await house.result(id)).toMatchObject({ email_sent: 1, stopped_by: 'canary' });
    await set({});
    expect(await house.run()).toMatchObject({ email_sent: 4 });
  });
});

test('a run whose messages fail stops at a gate, and goes on or ends as a person says', async () => {
  await seedOffices(house.database.pool, { offices: 20, staff: 5 });
  await set({ pause_error_rate: 40 });
  house.smtp.onRecipient = () => ({ code: 554 });
  await house.working(async () => {
    const id = await house.start();
    const gate = await waiting(id);
    expect(gate).toMatchObject({ phaseTitle: 'Many messages fail' });
    await waitUntil(
      async () => {
        const offices = await house.ask('GET', `/api/v1/notifications/deadline-runs/${id}/offices`);
        const items = offices.body['items'] as { status: string }[];
        const open = items.filter((office) => office.status === 'planned').length;
        return open > 0 && open <= 10;
      },
      { what: 'the offices in flight are through' },
    );
    const answer = await decide(gate, 'reject');
    expect([answer.status, answer.body['code']]).toEqual([200, undefined]);
    await house.ended(id);
    const result = await house.result(id);
    expect(result.stopped_by).toBe('errors');
    expect(result.email_failed).toBeLessThan(100);
    const { rows } = await house.database.pool.query<{ status: string }>(
      'select distinct status from notification_deliveries where run_id = $1 order by status',
      [id],
    );
    expect(rows.map(({ status }) => status)).toEqual(['failed', 'skipped']);
    expect(result.email_sent).toBe(0);
  });
});

test('an approval of failing messages does not approve the canary, whose gate opens next', async () => {
  // Far more than are sent to at once: the gate opens when an office begins behind twenty failed messages.
  await seedOffices(house.database.pool, { offices: 32, staff: 5 });
  await set({ canary_offices: 30, pause_error_rate: 40 });
  house.smtp.onRecipient = () => ({ code: 554 });
  await house.working(async () => {
    const id = await house.start();
    const failing = await waiting(id);
    expect(failing).toMatchObject({ phaseTitle: 'Many messages fail' });
    expect((await decide(failing, 'approve')).status).toBe(200);
    const again = {
      gateId: failing.id,
      decision: 'approve',
      userId: house.admin.id,
      via: 'console',
      comment: null,
    };
    await expect(
      house.temporal.client.workflow
        .getHandle(`deadline-run:${id}`)
        .executeUpdate('decideRunGate', { args: [again] }),
    ).rejects.toMatchObject({ cause: { type: 'not_waiting' } });
    const canary = await waitUntil(
      async () => {
        const gate = await waiting(id);
        return gate.id === failing.id ? undefined : gate;
      },
      { what: 'the gate of the canary' },
    );
    expect(canary).toMatchObject({ phaseTitle: 'The first offices' });
    expect((await decide(canary, 'reject')).status).toBe(200);
    await house.ended(id);
    expect(await house.result(id)).toMatchObject({ stopped_by: 'canary', email_failed: 150 });
  });
});
