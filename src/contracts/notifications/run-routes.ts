import { z } from 'zod';
import { idSchema } from '../ids.js';
import { acceptedHeaders, rawRoute, readRoute, writeRoute } from '../route.js';
import { preferencesChangeSchema, preferencesSchema } from './preferences.js';
import {
  deadlineRunAcceptedSchema,
  deadlineRunBody,
  runOfficePageSchema,
  runOfficeQuery,
} from './deadline-run.js';
import { explainQuery, explanationSchema } from './explain.js';
import { pushKeySchema } from './push-subscription.js';
import { notificationScheduleBody, notificationScheduleSchema } from './schedule.js';
import { notificationSettingsBody, notificationSettingsSchema } from './settings.js';

const linkParams = z.object({ token: z.string().max(200) });
const html = { contentType: 'text/html' };
const preferenceParams = z.object({ id: idSchema('staff') });
const runParams = z.object({ id: idSchema('job') });
const accepted = {
  202: {
    description: 'Accepted: it will run, whatever is down right now',
    body: deadlineRunAcceptedSchema,
    headers: acceptedHeaders('The job.'),
  },
};
const headers = { ETag: 'The version, for If-Match.' };

export const notificationRoutes = {
  showPreferences: rawRoute({
    method: 'GET',
    path: '/p/:token',
    operationId: 'showPreferences',
    summary: 'The choices of the person whom a mail was sent to, as a page',
    tag: 'Notifications',
    access: 'open',
    params: linkParams,
    responses: { 200: { description: 'The page', body: html } },
    problems: ['not_found'],
  }),
  savePreferences: rawRoute({
    method: 'POST',
    path: '/p/:token',
    operationId: 'savePreferences',
    summary: 'Change them, by the form of that page',
    tag: 'Notifications',
    access: 'open',
    params: linkParams,
    responses: { 200: { description: 'The page with what was saved', body: html } },
    problems: ['not_found', 'validation_error', 'payload_too_large'],
  }),
  askToUnsubscribe: rawRoute({
    method: 'GET',
    path: '/u/:token',
    operationId: 'askToUnsubscribe',
    summary: 'Asks whether the mails shall stop; it stops nothing',
    tag: 'Notifications',
    access: 'open',
    params: linkParams,
    responses: { 200: { description: 'The page', body: html } },
    problems: ['not_found'],
  }),
  unsubscribe: rawRoute({
    method: 'POST',
    path: '/u/:token',
    operationId: 'unsubscribe',
    summary: 'Stops the mails: the one click of RFC 8058',
    tag: 'Notifications',
    access: 'open',
    params: linkParams,
    responses: { 200: { description: 'The page', body: html } },
    problems: ['not_found'],
  }),

  getPreferences: readRoute({
    method: 'GET',
    path: '/api/v1/staff/:id/preferences',
    operationId: 'getPreferences',
    summary: 'What a person receives, over which channel and when',
    tag: 'Notifications',
    access: 'admin',
    params: preferenceParams,
    responses: { 200: { description: 'The choices', body: preferencesSchema } },
    problems: ['not_found'],
  }),
  setPreferences: writeRoute({
    method: 'PUT',
    path: '/api/v1/staff/:id/preferences',
    operationId: 'setPreferences',
    summary: 'Set all of it',
    tag: 'Notifications',
    access: 'admin',
    params: preferenceParams,
    body: preferencesChangeSchema,
    responses: { 200: { description: 'The choices as they are now', body: preferencesSchema } },
    problems: ['not_found'],
  }),

  startDeadlineRun: writeRoute({
    method: 'POST',
    path: '/api/v1/notifications/deadline-runs',
    operationId: 'startDeadlineRun',
    summary:
      'Tell the staff of offices what falls due; with dry_run only show what would be sent, and to whom not',
    tag: 'Notifications',
    access: 'admin',
    body: deadlineRunBody,
    bodyOptional: true,
    responses: accepted,
  }),
  executeDeadlinePlan: writeRoute({
    method: 'POST',
    path: '/api/v1/notifications/deadline-runs/:id/execute',
    operationId: 'executeDeadlinePlan',
    summary:
      'Send what a finished dry run has shown, as it was shown; what drifted since is named and not sent',
    tag: 'Notifications',
    access: 'admin',
    params: runParams,
    bodyOptional: true,
    responses: accepted,
    problems: ['not_found', 'job_not_finished', 'conflict'],
  }),
  listDeadlineRunOffices: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/deadline-runs/:id/offices',
    operationId: 'listDeadlineRunOffices',
    summary: 'How far a run is with each office, also while it runs',
    tag: 'Notifications',
    access: 'admin',
    params: runParams,
    query: runOfficeQuery,
    responses: { 200: { description: 'Offices in the order of their ids', body: runOfficePageSchema } },
    problems: ['not_found'],
  }),

  getPushKey: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/push-key',
    operationId: 'getPushKey',
    summary: 'The public key that a browser subscribes to web push with',
    tag: 'Notifications',
    access: 'admin',
    responses: { 200: { description: 'The key', body: pushKeySchema } },
  }),
  getNotificationSettings: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/settings',
    operationId: 'getNotificationSettings',
    summary: 'The rules by which notifications are planned',
    tag: 'Notifications',
    access: 'admin',
    responses: { 200: { description: 'The rules', body: notificationSettingsSchema, headers } },
  }),
  setNotificationSettings: writeRoute({
    method: 'PUT',
    path: '/api/v1/notifications/settings',
    operationId: 'setNotificationSettings',
    summary: 'Set them for the runs to come; with If-Match only the version that was read',
    tag: 'Notifications',
    access: 'admin',
    body: notificationSettingsBody,
    responses: {
      200: { description: 'The rules as they are now', body: notificationSettingsSchema, headers },
    },
    problems: ['precondition_failed'],
  }),
  getNotificationSchedule: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/schedule',
    operationId: 'getNotificationSchedule',
    summary: 'When the run over all offices comes by itself',
    tag: 'Notifications',
    access: 'admin',
    responses: { 200: { description: 'The schedule', body: notificationScheduleSchema, headers } },
  }),
  setNotificationSchedule: writeRoute({
    method: 'PUT',
    path: '/api/v1/notifications/schedule',
    operationId: 'setNotificationSchedule',
    summary: 'Set it; its runs are made as whoever set it last. With enabled false it is paused',
    tag: 'Notifications',
    access: 'admin',
    body: notificationScheduleBody,
    responses: {
      200: { description: 'The schedule as it is now', body: notificationScheduleSchema, headers },
    },
    problems: ['precondition_failed'],
  }),
  triggerNotifications: writeRoute({
    method: 'POST',
    path: '/api/v1/notifications/schedule/trigger',
    operationId: 'triggerNotifications',
    summary: 'The run over all offices now, whatever the schedule says',
    tag: 'Notifications',
    access: 'admin',
    bodyOptional: true,
    responses: accepted,
  }),
  explainNotification: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/explain',
    operationId: 'explainNotification',
    summary: 'Why this person was, or was not, told of this deadline',
    tag: 'Notifications',
    access: 'admin',
    query: explainQuery,
    responses: { 200: { description: 'The answer with its facts', body: explanationSchema } },
    problems: ['not_found'],
  }),
};
