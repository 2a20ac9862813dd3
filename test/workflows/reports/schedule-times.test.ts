import { parseCron } from '../../../src/domain/reports/cron.js';
import { nextTimes } from '../../../src/domain/reports/schedule-times.js';
import { scheduleSpec } from '../../../src/platform/temporal/schedule-control.js';
import { useTemporal } from '../../support/servers/temporal.js';

const temporal = useTemporal();

/** The times that the server itself announces for a schedule that begins at that moment. */
async function announced(cron: string, zone: string, from: string): Promise<string[]> {
  const scheduleId = `times-${Math.random()}`;
  const handle = await temporal.client.schedule.create({
    scheduleId,
    spec: { ...scheduleSpec(cron, zone), startAt: new Date(from) },
    action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none', workflowId: scheduleId },
    state: { paused: true },
  });
  const { info } = await handle.describe();
  await handle.delete();
  return info.nextActionTimes.map((at) => at.toISOString());
}

function computed(cron: string, zone: string, from: string): string[] {
  // Its own beginning counts for the server.
  return nextTimes(parseCron(cron), zone, { afterMs: Date.parse(from) - 1, count: 10 }).map((at) =>
    new Date(at).toISOString(),
  );
}

const crons = [
  '*/15 * * * *',
  '30 * * * *',
  '30 1 * * *',
  '0,30 2 * * *',
  '30 2-3 * * *',
  '0 3 * * *',
  '59 23 * * 7',
  '0 9 * * mon-fri',
  '0 0 1 * *',
  '15 6 13 * fri',
  '0 12 */10 feb,mar 1',
  '0 0 29 2 *',
  '7/20 1-3/2 28-31 3,10,11 *',
];

/** Each just before its clocks change, forwards and back; far ahead, for the server announces only what is to come. */
const changes: [zone: string, from: string][] = [
  ['UTC', '2035-01-01T00:00:00.000Z'],
  ['Asia/Tokyo', '2035-12-31T14:59:59.000Z'],
  ['Asia/Kolkata', '2035-02-27T18:00:00.000Z'],
  ['America/New_York', '2035-03-11T04:10:00.000Z'],
  ['America/New_York', '2035-11-04T03:10:00.000Z'],
  ['Europe/Berlin', '2035-03-24T22:10:00.000Z'],
  ['Europe/Berlin', '2035-10-27T22:10:00.000Z'],
  ['Europe/London', '2035-10-27T22:59:30.000Z'],
  ['Australia/Lord_Howe', '2035-03-31T13:00:00.000Z'],
  ['Australia/Lord_Howe', '2035-10-06T14:00:00.000Z'],
  ['America/St_Johns', '2035-11-04T02:40:00.000Z'],
  ['Asia/Beirut', '2035-03-24T20:00:00.000Z'],
];

test.each(changes)('the times announced in %s after %s are those of Temporal', async (zone, from) => {
  await Promise.all(
    crons.map(async (cron) =>
      expect([cron, computed(cron, zone, from)]).toEqual([cron, await announced(cron, zone, from)]),
    ),
  );
});
