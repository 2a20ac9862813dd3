import { useQuery } from '@tanstack/preact-query';
import { askAgain, onChanges } from '../live/changes';
import { get } from '../app/client';
import { language } from '../app/i18n';
import { pollMs, queries } from '../app/queries';
import { usePages, type Filters } from '../live/use-pages';
import type {
  CaughtMail,
  CaughtMailHead,
  Deadline,
  DeadlineRunOffice,
  DeadlineRunOfficePage,
  DeadlineRunResult,
  DeliveryWithContent,
  Explanation,
  InboxGate,
  NoticeDelivery,
  NoticeDevice,
  NotificationSchedule,
  NotificationSettings,
  Office,
  Page,
  Preferences,
  Staff,
} from '../app/types';

export const NOTICES = '/api/v1/notifications';
export const RUNS = `${NOTICES}/deadline-runs`;
export const DEVICES = '/api/v1/push-subscriptions';
const KEY = 'notices';

export interface RecordTypes {
  readonly offices: Office;
  readonly staff: Staff;
  readonly deadlines: Deadline;
}
export type RecordKind = keyof RecordTypes;
export const recordPath = (kind: RecordKind): string => `/api/v1/${kind}`;

/** Everything of the notifications is asked for again: a record that changed stands in many lists. */
export function forgetNotices(): void {
  void queries.invalidateQueries({ queryKey: [KEY] });
}

export const useRecords = <Kind extends RecordKind>(kind: Kind, filters: Filters) =>
  usePages<RecordTypes[Kind]>(KEY, recordPath(kind), filters);
export const useDeliveries = (filters: Filters) =>
  usePages<NoticeDelivery>(KEY, `${NOTICES}/deliveries`, filters);
export const useMails = (filters: Filters) => usePages<CaughtMailHead>(KEY, `${NOTICES}/mails`, filters);

function useOne<Answer>(path: string, query: Filters = {}, enabled = true) {
  return useQuery({
    queryKey: [KEY, path, query],
    queryFn: ({ signal }) => get<Answer>(path, query, signal),
    enabled,
  });
}

onChanges({
  lists: [KEY],
  onChange: ({ kind, type }) => {
    if (kind === 'deadline-run' && type !== 'job.progress') askAgain(KEY);
  },
});

export const useRecord = <Kind extends RecordKind>(kind: Kind, id: string) =>
  useOne<RecordTypes[Kind]>(`${recordPath(kind)}/${id}`, {}, id !== '');
export const useDelivery = (id: string) => useOne<DeliveryWithContent>(`${NOTICES}/deliveries/${id}`);
export const useMail = (id: string) => useOne<CaughtMail>(`${NOTICES}/mails/${id}`);
export const usePreferences = (staffId: string) =>
  useOne<Preferences>(`/api/v1/staff/${staffId}/preferences`);
export const useSchedule = () => useOne<NotificationSchedule>(`${NOTICES}/schedule`);
export const useRules = () => useOne<NotificationSettings>(`${NOTICES}/settings`);
export const useDevices = (staffId: string) =>
  useOne<Page<NoticeDevice>>(DEVICES, { staff_id: staffId, limit: '100' });
export const useRunGate = (id: string) => useOne<InboxGate>(`/api/v1/gates/${id}`);
export const useExplanation = (staffId: string, deadlineId: string) =>
  useOne<Explanation>(
    `${NOTICES}/explain`,
    { staff_id: staffId, deadline_id: deadlineId, language: language.value },
    staffId !== '' && deadlineId !== '',
  );

export function useRunResult(id: string, isThere: boolean) {
  return useQuery({
    queryKey: [KEY, 'result', id],
    queryFn: ({ signal }) => get<DeadlineRunResult>(`/jobs/${id}/result`, {}, signal),
    enabled: isThere,
    staleTime: Infinity,
  });
}

const MOST_OFFICES = 1_000;

/** How far a run is with its offices, those with trouble first. */
export function useRunOffices(id: string, isRunning: boolean) {
  return useQuery({
    queryKey: [KEY, 'run-offices', id, isRunning],
    queryFn: async ({ signal }) => {
      const page = await get<DeadlineRunOfficePage>(`${RUNS}/${id}/offices`, { limit: MOST_OFFICES }, signal);
      return { items: [...page.items].sort(byTrouble), hasMore: page.hasMore };
    },
    refetchInterval: isRunning ? pollMs() / 2 : false,
    placeholderData: (before) => before,
  });
}

function byTrouble(one: DeadlineRunOffice, other: DeadlineRunOffice): number {
  const trouble = (office: DeadlineRunOffice): number =>
    (office.status === 'failed' ? 1e9 : 0) + office.email_failed + office.push_failed + office.unknown;
  return trouble(other) - trouble(one) || one.name.localeCompare(other.name);
}
