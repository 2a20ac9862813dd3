import { generateReportBody, redoSectionsBody, reportAcceptedSchema } from './report.js';
import { z } from 'zod';
import { jobIdSchema } from '../runs/job.js';
import { acceptedHeaders, rawRoute, readRoute, writeRoute } from '../route.js';
import {
  firingPageSchema,
  newReportScheduleSchema,
  reportScheduleChangeSchema,
  reportScheduleCommandSchema,
  reportScheduleListQuery,
  reportSchedulePageSchema,
  reportScheduleSchema,
} from './schedule.js';
import { idSchema } from '../ids.js';
import { pageQuery } from '../page.js';

const headers = acceptedHeaders('The job.');
const params = z.object({ id: idSchema('schedule') });
const etagHeader = { ETag: 'The version, for If-Match.' };

function switchRoute<const Path extends string, const Name extends string>(spec: {
  readonly path: Path;
  readonly operationId: Name;
  readonly summary: string;
}) {
  return writeRoute({
    method: 'POST',
    path: spec.path,
    operationId: spec.operationId,
    summary: spec.summary,
    tag: 'Report schedules',
    access: 'user',
    params,
    body: reportScheduleCommandSchema,
    bodyOptional: true,
    responses: { 200: { description: 'The schedule as it is now', body: reportScheduleSchema } },
  });
}

export const reportRoutes = {
  generateReport: writeRoute({
    method: 'POST',
    path: '/generate-report',
    operationId: 'generateReport',
    summary: "Make a report; without a body an HTML report of the system's own activity",
    tag: 'Reports',
    access: 'user',
    body: generateReportBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'Accepted: it will run, whatever is down right now',
        body: reportAcceptedSchema,
        headers,
      },
    },
    problems: ['not_found'],
  }),
  redoReportSections: writeRoute({
    method: 'POST',
    path: '/jobs/:id/redo-sections',
    operationId: 'redoReportSections',
    summary:
      'Gather the missing sections of a finished report again, as a new job; the others are taken over',
    tag: 'Reports',
    access: 'user',
    params: z.object({ id: jobIdSchema }),
    missing: 'job not found',
    body: redoSectionsBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'A new job that names its origin; the report stays as it is',
        body: reportAcceptedSchema,
        headers,
      },
    },
    problems: ['conflict', 'gone'],
  }),

  listReportSchedules: readRoute({
    method: 'GET',
    path: '/api/v1/report-schedules',
    operationId: 'listReportSchedules',
    summary: 'Your report schedules, newest first; those of everybody for an ADMIN',
    tag: 'Report schedules',
    access: 'user',
    query: reportScheduleListQuery,
    responses: { 200: { description: 'One page', body: reportSchedulePageSchema } },
    problems: ['invalid_cursor'],
  }),
  createReportSchedule: writeRoute({
    method: 'POST',
    path: '/api/v1/report-schedules',
    operationId: 'createReportSchedule',
    summary: 'Make a report again and again, by cron and time zone, with your rights at each time',
    tag: 'Report schedules',
    access: 'user',
    body: newReportScheduleSchema,
    responses: {
      201: {
        description: 'The schedule',
        body: reportScheduleSchema,
        headers: { ...etagHeader, Location: 'Its address.' },
      },
    },
    problems: ['conflict'],
  }),
  getReportSchedule: readRoute({
    method: 'GET',
    path: '/api/v1/report-schedules/:id',
    operationId: 'getReportSchedule',
    summary: 'A report schedule with its next times',
    tag: 'Report schedules',
    access: 'user',
    params,
    responses: { 200: { description: 'The schedule', body: reportScheduleSchema, headers: etagHeader } },
  }),
  changeReportSchedule: writeRoute({
    method: 'PATCH',
    path: '/api/v1/report-schedules/:id',
    operationId: 'changeReportSchedule',
    summary: 'Change a report schedule; with If-Match only the version that was read',
    tag: 'Report schedules',
    access: 'user',
    params,
    body: reportScheduleChangeSchema,
    responses: {
      200: { description: 'The schedule as it is now', body: reportScheduleSchema, headers: etagHeader },
    },
    problems: ['precondition_failed'],
  }),
  deleteReportSchedule: writeRoute({
    method: 'DELETE',
    path: '/api/v1/report-schedules/:id',
    operationId: 'deleteReportSchedule',
    summary: 'Delete a report schedule; the jobs that it made stay',
    tag: 'Report schedules',
    access: 'user',
    params,
    body: reportScheduleCommandSchema,
    bodyOptional: true,
    responses: { 204: { description: 'Deleted' } },
    problems: ['precondition_failed'],
  }),

  pauseReportSchedule: switchRoute({
    path: '/api/v1/report-schedules/:id/pause',
    operationId: 'pauseReportSchedule',
    summary: 'Make no reports for now',
  }),
  resumeReportSchedule: switchRoute({
    path: '/api/v1/report-schedules/:id/resume',
    operationId: 'resumeReportSchedule',
    summary: 'Go on with the next time that is due; what was due meanwhile is not made up for',
  }),
  triggerReportSchedule: writeRoute({
    method: 'POST',
    path: '/api/v1/report-schedules/:id/trigger',
    operationId: 'triggerReportSchedule',
    summary: 'Make the report now, as if it were due: with the rights of its owner, paused or not',
    tag: 'Report schedules',
    access: 'user',
    params,
    body: reportScheduleCommandSchema,
    bodyOptional: true,
    responses: {
      202: {
        description: 'Accepted: it will run, whatever is down right now',
        body: reportAcceptedSchema,
        headers: acceptedHeaders('The job.'),
      },
    },
    problems: ['conflict'],
  }),
  listReportScheduleRuns: readRoute({
    method: 'GET',
    path: '/api/v1/report-schedules/:id/runs',
    operationId: 'listReportScheduleRuns',
    summary: 'What came of each time, newest first: the job, or why there is none',
    tag: 'Report schedules',
    access: 'user',
    params,
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', body: firingPageSchema } },
    problems: ['invalid_cursor'],
  }),

  downloadFile: rawRoute({
    method: 'GET',
    path: '/files/:key',
    operationId: 'downloadFile',
    summary: 'Download by a signed link; whole or a range of it',
    tag: 'Jobs',
    access: 'open',
    params: z.object({ key: z.string() }),
    query: z.looseObject({ exp: z.string().optional(), sig: z.string().optional() }),
    responses: {
      200: { description: 'The content', body: { contentType: '*/*' } },
      206: { description: 'A range of it', body: { contentType: '*/*' } },
    },
    problems: ['link_invalid', 'gone', 'range_not_satisfiable', 'storage_unavailable'],
  }),
};
