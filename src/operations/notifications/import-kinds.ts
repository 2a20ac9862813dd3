import type { z } from 'zod';
import { deadlineLine } from '../../contracts/notifications/deadline.js';
import { officeLine } from '../../contracts/notifications/office.js';
import { pushSubscriptionLine } from '../../contracts/notifications/push-subscription.js';
import { staffLine } from '../../contracts/notifications/staff.js';
import type { Tx } from '../../db/base/transaction.js';
import {
  officeIdsByExternalId,
  staffIdsByAddress,
  upsertDeadlines,
  upsertOffices,
  upsertPushSubscriptions,
  upsertStaff,
  type DeadlineLine,
  type OfficeLine,
  type PushSubscriptionLine,
  type StaffLine,
} from '../../db/notifications/import-records.js';
import type { ImportKind } from './import-records.js';

const missing = { field: 'office_external_id', message: 'there is no such office' };

export const officeImport: ImportKind<z.output<typeof officeLine>, OfficeLine> = {
  resourceType: 'office',
  schema: officeLine,
  keyOf: (line) => line.external_id,
  resolve: (_tx, lines) => Promise.resolve(lines),
  missing,
  write: upsertOffices,
};

export const staffImport: ImportKind<z.output<typeof staffLine>, StaffLine> = {
  resourceType: 'staff',
  schema: staffLine,
  keyOf: (line) => `${line.office_external_id} ${line.email.toLowerCase()}`,
  resolve: (tx, lines) =>
    inOffices(tx, lines, (line, office_id) => ({
      office_id,
      email: line.email,
      name: line.name ?? null,
      language: line.language ?? null,
      notify_email: line.notify_email ?? null,
      notify_push: line.notify_push ?? null,
    })),
  missing,
  write: upsertStaff,
};

export const deadlineImport: ImportKind<z.output<typeof deadlineLine>, DeadlineLine> = {
  resourceType: 'deadline',
  schema: deadlineLine,
  keyOf: (line) => line.external_id ?? `${line.office_external_id} ${line.due_on} ${line.title}`,
  resolve: (tx, lines) =>
    inOffices(tx, lines, (line, office_id) => ({
      office_id,
      external_id: line.external_id ?? null,
      title: line.title,
      due_on: line.due_on,
    })),
  missing,
  write: upsertDeadlines,
};

export const pushSubscriptionImport: ImportKind<
  z.output<typeof pushSubscriptionLine>,
  PushSubscriptionLine
> = {
  resourceType: 'staff',
  schema: pushSubscriptionLine,
  keyOf: (line) => line.endpoint,
  async resolve(tx, lines) {
    const ids = await staffIdsByAddress(tx, lines);
    return lines.map(({ endpoint, p256dh, auth }, place) => {
      const staffId = ids[place];
      return staffId == null ? undefined : { staff_id: staffId, endpoint, p256dh, auth };
    });
  },
  missing: { field: 'email', message: 'there is no such person in that office' },
  write: upsertPushSubscriptions,
};

async function inOffices<Line extends { readonly office_external_id: string }, Row>(
  tx: Tx,
  lines: readonly Line[],
  toRow: (line: Line, officeId: string) => Row,
): Promise<(Row | undefined)[]> {
  const ids = await officeIdsByExternalId(tx, [...new Set(lines.map((line) => line.office_external_id))]);
  return lines.map((line) => {
    const officeId = ids.get(line.office_external_id);
    return officeId === undefined ? undefined : toRow(line, officeId);
  });
}
