import type { ScheduleHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { reportScheduleWorkflowId } from '../../../src/contracts/names.js';
import type { FiringOutcome } from '../../../src/contracts/reports/schedule-workflow.js';
import type { HttpAnswer } from '../../support/http.js';
import { useJobHouse, type JobHouse } from '../../support/houses/job-house.js';
import { waitUntil } from '../../support/wait-until.js';
import type { TestUser } from '../../support/people.js';

export const PATH = '/api/v1/report-schedules';
export const daily = {
  name: 'Daily',
  cron: '30 7 * * *',
  timeZone: 'Asia/Tokyo',
  report: { format: 'json' },
};

/** A job house whose people have report schedules. */
export interface ScheduleHouse {
  readonly house: JobHouse;
  ask(method: string, path: string, user: TestUser, more?: object): Promise<HttpAnswer>;
  create(user: TestUser, more?: object): Promise<string>;
  handleOf(id: string): ScheduleHandle;
  /** Waits until Temporal has the last change, and gives the schedule. */
  synced(id: string): Promise<HttpAnswer>;
  /** Runs the workflow that Temporal starts when a schedule is due. */
  due(id: string, scheduledAt?: string): Promise<FiringOutcome>;
  runsOf(id: string, user?: TestUser): Promise<Record<string, unknown>[]>;
}

export function useScheduleHouse(): ScheduleHouse {
  const house = useJobHouse();
  const { api, temporal } = house;
  const ask: ScheduleHouse['ask'] = (method, path, user, more = {}) =>
    api.send(`${PATH}${path}`, { method, token: user.token, ...more });
  return {
    house,
    ask,
    async create(user, more = {}) {
      const answer = await ask('POST', '', user, { body: { ...daily, ...more } });
      expect(answer.status).toBe(201);
      return String(answer.body['id']);
    },
    handleOf: (id) => temporal.client.schedule.getHandle(reportScheduleWorkflowId(id)),
    synced: (id) =>
      waitUntil(
        async () => {
          const answer = await ask('GET', `/${id}`, house.admin);
          return answer.body['sync'] === 'applied' && answer;
        },
        { what: `Temporal knows ${id}` },
      ),
    async due(id, scheduledAt = new Date().toISOString()) {
      const key = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);
      const handle = await temporal.client.workflow.start('startScheduledReport', {
        taskQueue: 'flow',
        workflowId: `${reportScheduleWorkflowId(id)}-${scheduledAt}-${Math.random()}`,
        args: [{ scheduleId: id }],
        typedSearchAttributes: [{ key, value: new Date(scheduledAt) }],
      });
      return (await handle.result()) as FiringOutcome;
    },
    runsOf: async (id, user = house.ana) =>
      (await ask('GET', `/${id}/runs`, user)).body['items'] as Record<string, unknown>[],
  };
}
