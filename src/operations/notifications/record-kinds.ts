import type { Deadline } from '../../contracts/notifications/deadline.js';
import type { Office } from '../../contracts/notifications/office.js';
import type { PushSubscription } from '../../contracts/notifications/push-subscription.js';
import type { Staff } from '../../contracts/notifications/staff.js';
import { deadlines } from '../../db/notifications/deadlines.js';
import { offices } from '../../db/notifications/offices.js';
import { pushSubscriptions } from '../../db/notifications/push-subscriptions.js';
import { staff } from '../../db/notifications/staff.js';
import { omit } from '../../domain/omit.js';

const bookkeeping = ['id', 'version', 'created_at', 'updated_at'] as const;

export const officeRecords = {
  store: offices,
  resourceType: 'office',
  auditState: (office: Office) => omit(office, ...bookkeeping),
} as const;

export const staffRecords = {
  store: staff,
  resourceType: 'staff',
  belongsTo: 'office_id',
  auditState: (person: Staff) => omit(person, ...bookkeeping),
} as const;

export const deadlineRecords = {
  store: deadlines,
  resourceType: 'deadline',
  belongsTo: 'office_id',
  auditState: (deadline: Deadline) => omit(deadline, ...bookkeeping),
} as const;

export const pushSubscriptionRecords = {
  store: pushSubscriptions,
  resourceType: 'staff',
  belongsTo: 'staff_id',
  // Its address is a secret of the browser: any holder may send to it.
  auditState: ({ staff_id, endpoint }: PushSubscription) => ({
    staff_id,
    pushService: new URL(endpoint).host,
  }),
} as const;
