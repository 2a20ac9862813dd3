import type { Pool } from 'pg';
import {
  deadlineChangeSchema,
  deadlineListQuery,
  deadlinePageSchema,
  deadlineSchema,
  newDeadlineSchema,
} from '../../contracts/notifications/deadline.js';
import {
  newOfficeSchema,
  officeChangeSchema,
  officeListQuery,
  officePageSchema,
  officeSchema,
} from '../../contracts/notifications/office.js';
import {
  newPushSubscriptionSchema,
  pushSubscriptionListQuery,
  pushSubscriptionPageSchema,
  pushSubscriptionSchema,
} from '../../contracts/notifications/push-subscription.js';
import {
  newStaffSchema,
  staffChangeSchema,
  staffListQuery,
  staffPageSchema,
  staffSchema,
} from '../../contracts/notifications/staff.js';
import { deadlineImport, officeImport, staffImport } from '../../operations/notifications/import-kinds.js';
import {
  deadlineRecords,
  officeRecords,
  pushSubscriptionRecords,
  staffRecords,
} from '../../operations/notifications/record-kinds.js';
import type { AnyRoute } from '../http/route.js';
import { importRoute } from './import-route.js';
import { createRecordRoutes, type RecordRouteDeps, type RecordRoutes } from './record-routes.js';

export interface NotificationRecordDeps extends RecordRouteDeps {
  readonly pool: Pool;
}

const offices: RecordRoutes = {
  path: '/api/v1/offices',
  idKind: 'office',
  one: 'Office',
  many: 'Offices',
  schema: officeSchema,
  pageSchema: officePageSchema,
  listQuery: officeListQuery,
  newSchema: newOfficeSchema,
  changeSchema: officeChangeSchema,
  kind: officeRecords,
};

const staff: RecordRoutes = {
  path: '/api/v1/staff',
  idKind: 'staff',
  one: 'StaffMember',
  many: 'Staff',
  schema: staffSchema,
  pageSchema: staffPageSchema,
  listQuery: staffListQuery,
  newSchema: newStaffSchema,
  changeSchema: staffChangeSchema,
  kind: staffRecords,
};

const deadlines: RecordRoutes = {
  path: '/api/v1/deadlines',
  idKind: 'deadline',
  one: 'Deadline',
  many: 'Deadlines',
  schema: deadlineSchema,
  pageSchema: deadlinePageSchema,
  listQuery: deadlineListQuery,
  newSchema: newDeadlineSchema,
  changeSchema: deadlineChangeSchema,
  kind: deadlineRecords,
};

const pushSubscriptions: RecordRoutes = {
  path: '/api/v1/push-subscriptions',
  idKind: 'pushSubscription',
  one: 'PushSubscription',
  many: 'PushSubscriptions',
  schema: pushSubscriptionSchema,
  pageSchema: pushSubscriptionPageSchema,
  listQuery: pushSubscriptionListQuery,
  newSchema: newPushSubscriptionSchema,
  kind: pushSubscriptionRecords,
};

/** Offices, their staff and deadlines, and the devices that take pushes: what notifications are made of. */
export function createNotificationRecordRoutes(deps: NotificationRecordDeps): AnyRoute[] {
  return [
    importRoute(deps, { ...offices, kind: officeImport }),
    importRoute(deps, { ...staff, kind: staffImport }),
    importRoute(deps, { ...deadlines, kind: deadlineImport }),
    ...[offices, staff, deadlines, pushSubscriptions].flatMap((spec) => createRecordRoutes(deps, spec)),
  ];
}
