import {
  deadlineChangeSchema,
  deadlineListQuery,
  deadlinePageSchema,
  deadlineSchema,
  newDeadlineSchema,
} from './deadline.js';
import {
  newOfficeSchema,
  officeChangeSchema,
  officeListQuery,
  officePageSchema,
  officeSchema,
} from './office.js';
import {
  newPushSubscriptionSchema,
  pushSubscriptionChangeSchema,
  pushSubscriptionListQuery,
  pushSubscriptionPageSchema,
  pushSubscriptionSchema,
} from './push-subscription.js';
import { newStaffSchema, staffChangeSchema, staffListQuery, staffPageSchema, staffSchema } from './staff.js';
import { changeRoute, importRoute, recordRoutes } from './record-routes.js';

const offices = {
  path: '/api/v1/offices',
  idKind: 'office',
  one: 'Office',
  many: 'Offices',
  schema: officeSchema,
  pageSchema: officePageSchema,
  listQuery: officeListQuery,
  newSchema: newOfficeSchema,
} as const;
const staff = {
  path: '/api/v1/staff',
  idKind: 'staff',
  one: 'StaffMember',
  many: 'Staff',
  schema: staffSchema,
  pageSchema: staffPageSchema,
  listQuery: staffListQuery,
  newSchema: newStaffSchema,
} as const;
const deadlines = {
  path: '/api/v1/deadlines',
  idKind: 'deadline',
  one: 'Deadline',
  many: 'Deadlines',
  schema: deadlineSchema,
  pageSchema: deadlinePageSchema,
  listQuery: deadlineListQuery,
  newSchema: newDeadlineSchema,
} as const;
const pushSubscriptions = {
  path: '/api/v1/push-subscriptions',
  idKind: 'pushSubscription',
  one: 'PushSubscription',
  many: 'PushSubscriptions',
  schema: pushSubscriptionSchema,
  pageSchema: pushSubscriptionPageSchema,
  listQuery: pushSubscriptionListQuery,
  newSchema: newPushSubscriptionSchema,
} as const;

/** The routes of each kind of record. */
export const notificationRecords = {
  offices: {
    ...recordRoutes(offices),
    change: changeRoute(offices, officeChangeSchema),
    importFile: importRoute(offices),
  },
  staff: {
    ...recordRoutes(staff),
    change: changeRoute(staff, staffChangeSchema),
    importFile: importRoute(staff),
  },
  deadlines: {
    ...recordRoutes(deadlines),
    change: changeRoute(deadlines, deadlineChangeSchema),
    importFile: importRoute(deadlines),
  },
  pushSubscriptions: {
    ...recordRoutes(pushSubscriptions),
    change: changeRoute(pushSubscriptions, pushSubscriptionChangeSchema),
    importFile: importRoute(pushSubscriptions),
  },
};

export const notificationRecordRoutes = {
  listOffices: notificationRecords.offices.list,
  createOffice: notificationRecords.offices.create,
  getOffice: notificationRecords.offices.get,
  removeOffice: notificationRecords.offices.remove,
  changeOffice: notificationRecords.offices.change,
  importOffices: notificationRecords.offices.importFile,
  listStaff: notificationRecords.staff.list,
  createStaffMember: notificationRecords.staff.create,
  getStaffMember: notificationRecords.staff.get,
  removeStaffMember: notificationRecords.staff.remove,
  changeStaffMember: notificationRecords.staff.change,
  importStaff: notificationRecords.staff.importFile,
  listDeadlines: notificationRecords.deadlines.list,
  createDeadline: notificationRecords.deadlines.create,
  getDeadline: notificationRecords.deadlines.get,
  removeDeadline: notificationRecords.deadlines.remove,
  changeDeadline: notificationRecords.deadlines.change,
  importDeadlines: notificationRecords.deadlines.importFile,
  listPushSubscriptions: notificationRecords.pushSubscriptions.list,
  createPushSubscription: notificationRecords.pushSubscriptions.create,
  getPushSubscription: notificationRecords.pushSubscriptions.get,
  changePushSubscription: notificationRecords.pushSubscriptions.change,
  importPushSubscriptions: notificationRecords.pushSubscriptions.importFile,
  removePushSubscription: notificationRecords.pushSubscriptions.remove,
};
