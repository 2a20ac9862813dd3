import { z } from 'zod';
import { idSchema } from '../ids.js';
import { acceptedHeaders, rawRoute, readRoute, writeRoute } from '../route.js';
import { caughtMailListQuery, caughtMailPageSchema, caughtMailSchema } from './caught-mail.js';
import {
  deliveryListQuery,
  deliveryPageSchema,
  deliveryWithContentSchema,
  resendBody,
  resentSchema,
} from './delivery.js';

const params = z.object({ id: idSchema('delivery') });
const framed = {
  200: {
    description: 'The HTML, without any right to run or load something',
    body: { contentType: 'text/html' },
  },
};

/** Messages as they are, as they were caught, and as a dry run shows them. */
export const messageRoutes = {
  listCaughtMails: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/mails',
    operationId: 'listCaughtMails',
    summary: 'Mails that were caught instead of sent, newest first',
    tag: 'Notifications',
    access: 'admin',
    query: caughtMailListQuery,
    responses: { 200: { description: 'One page', body: caughtMailPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getCaughtMail: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/mails/:id',
    operationId: 'getCaughtMail',
    summary: 'One of them as its reader would see it',
    tag: 'Notifications',
    access: 'admin',
    params: z.object({ id: idSchema('mail') }),
    responses: { 200: { description: 'The mail', body: caughtMailSchema } },
    problems: ['not_found'],
  }),

  showCaughtMail: rawRoute({
    method: 'GET',
    path: '/api/v1/notifications/mails/:id/html',
    operationId: 'showCaughtMail',
    summary: 'The HTML of one of them, to be shown in a frame',
    tag: 'Notifications',
    access: 'admin',
    params: z.object({ id: idSchema('mail') }),
    responses: framed,
    problems: ['not_found'],
  }),

  listNotificationDeliveries: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/deliveries',
    operationId: 'listNotificationDeliveries',
    summary: 'Messages, newest first: to whom, over which channel, and what became of them',
    tag: 'Notifications',
    access: 'admin',
    query: deliveryListQuery,
    responses: { 200: { description: 'One page', body: deliveryPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getNotificationDelivery: readRoute({
    method: 'GET',
    path: '/api/v1/notifications/deliveries/:id',
    operationId: 'getNotificationDelivery',
    summary: 'One message with what it says',
    tag: 'Notifications',
    access: 'admin',
    params,
    responses: { 200: { description: 'The message', body: deliveryWithContentSchema } },
    problems: ['not_found'],
  }),
  showNotificationDelivery: rawRoute({
    method: 'GET',
    path: '/api/v1/notifications/deliveries/:id/html',
    operationId: 'showNotificationDelivery',
    summary: 'The HTML of a mail, to be shown in a frame',
    tag: 'Notifications',
    access: 'admin',
    params,
    responses: framed,
    problems: ['not_found'],
  }),
  resendNotificationDelivery: writeRoute({
    method: 'POST',
    path: '/api/v1/notifications/deliveries/:id/resend',
    operationId: 'resendNotificationDelivery',
    summary:
      'Tell once more what an unknown or failed message was about: a decision that twice is better than never',
    tag: 'Notifications',
    access: 'admin',
    params,
    body: resendBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'A run of its office',
        body: resentSchema,
        headers: acceptedHeaders('The job.'),
      },
    },
    problems: ['not_found', 'conflict'],
  }),
  showDeadlinePlanSample: rawRoute({
    method: 'GET',
    path: '/api/v1/notifications/deadline-runs/:id/samples/:office/html',
    operationId: 'showDeadlinePlanSample',
    summary: 'The HTML of a mail that a dry run would send, to be shown in a frame',
    tag: 'Notifications',
    access: 'admin',
    params: z.object({ id: idSchema('job'), office: idSchema('office') }),
    responses: framed,
    problems: ['not_found'],
  }),
};
