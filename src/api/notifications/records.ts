import type { Pool } from 'pg';
import {
  deadlineImport,
  officeImport,
  pushSubscriptionImport,
  staffImport,
} from '../../operations/notifications/import-kinds.js';
import {
  deadlineRecords,
  officeRecords,
  pushSubscriptionRecords,
  staffRecords,
} from '../../operations/notifications/record-kinds.js';
import { notificationRecords } from '../../contracts/notifications/routes.js';
import type { Route } from '../http/route.js';
import { implementImport } from './import-route.js';
import { implementRecords, type RecordRouteDeps } from './record-routes.js';

export interface NotificationRecordDeps extends RecordRouteDeps {
  readonly pool: Pool;
}

/** Offices, their staff and deadlines, and the devices that take pushes: what notifications are made of. */
export function createNotificationRecordRoutes(deps: NotificationRecordDeps): Route[] {
  const { offices, staff, deadlines, pushSubscriptions } = notificationRecords;
  return [
    implementImport(offices.importFile, deps, officeImport),
    implementImport(staff.importFile, deps, staffImport),
    implementImport(deadlines.importFile, deps, deadlineImport),
    implementImport(pushSubscriptions.importFile, deps, pushSubscriptionImport),
    ...implementRecords(offices, deps, officeRecords),
    ...implementRecords(staff, deps, staffRecords),
    ...implementRecords(deadlines, deps, deadlineRecords),
    ...implementRecords(pushSubscriptions, deps, pushSubscriptionRecords),
  ];
}
