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

/** Offices, their staff and deadlines, and the devices that take pushes: what notifications are made of. */
export function createNotificationRecordRoutes(deps: RecordRouteDeps): Route[] {
  const { offices, staff, deadlines, pushSubscriptions } = notificationRecords;
  return [
    implementImport(offices.importFile, officeImport),
    implementImport(staff.importFile, staffImport),
    implementImport(deadlines.importFile, deadlineImport),
    implementImport(pushSubscriptions.importFile, pushSubscriptionImport),
    ...implementRecords(offices, deps, officeRecords),
    ...implementRecords(staff, deps, staffRecords),
    ...implementRecords(deadlines, deps, deadlineRecords),
    ...implementRecords(pushSubscriptions, deps, pushSubscriptionRecords),
  ];
}
