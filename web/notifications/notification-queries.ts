import { useQuery, type UseQueryResult } from '@tanstack/preact-query';
import { askAgain, onChanges } from '../live/changes';
import { call, callAny, send } from '../app/client';
import { language } from '../app/i18n';
import { pollMs, queries } from '../app/queries';
import { usePages } from '../live/use-pages';
import type {
  AnswerOf,
  InputOf,
  OperationId,
  QueryOf,
  Deadline,
  DeadlineRunOffice,
  DeadlineRunResult,
  Office,
  Staff,
} from '../app/types';

const KEY = 'notices';

/** The operations on the records of each kind. */
export const recordCalls = {
  offices: {
    list: 'listOffices',
    get: 'getOffice',
    remove: 'removeOffice',
    importFile: 'importOffices',
  },
  staff: { list: 'listStaff', get: 'getStaffMember', remove: 'removeStaffMember', importFile: 'importStaff' },
  deadlines: {
    list: 'listDeadlines',
    get: 'getDeadline',
    remove: 'removeDeadline',
    importFile: 'importDeadlines',
  },
} as const;
export type RecordKind = keyof typeof recordCalls;
export interface RecordTypes {
  readonly offices: Office;
  readonly staff: Staff;
  readonly deadlines: Deadline;
}

/** Everything of the notifications is asked for again: a record that changed stands in many lists. */
export function forgetNotices(): void {
  void queries.invalidateQueries({ queryKey: [KEY] });
}

export const useOffices = (query: QueryOf<'listOffices'>) => usePages(KEY, 'listOffices', { query });
export const useStaff = (query: QueryOf<'listStaff'>) => usePages(KEY, 'listStaff', { query });
export const useDeadlines = (query: QueryOf<'listDeadlines'>) => usePages(KEY, 'listDeadlines', { query });
export const useDeliveries = (query: QueryOf<'listNotificationDeliveries'>) =>
  usePages(KEY, 'listNotificationDeliveries', { query });
export const useMails = (query: QueryOf<'listCaughtMails'>) => usePages(KEY, 'listCaughtMails', { query });

function useOne<Id extends OperationId>(id: Id, input: InputOf<Id>, enabled = true) {
  const given: object = input;
  return useQuery({
    queryKey: [KEY, id, given],
    queryFn: async ({ signal }) => (await callAny(id, { ...given, signal })) as AnswerOf<Id>,
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
  useOne(recordCalls[kind].get, { params: { id } }, id !== '') as UseQueryResult<RecordTypes[Kind]>;
export const useDelivery = (id: string) => useOne('getNotificationDelivery', { params: { id } });
export const useMail = (id: string) => useOne('getCaughtMail', { params: { id } });
export const usePreferences = (id: string) => useOne('getPreferences', { params: { id } });
export const useSchedule = () => useOne('getNotificationSchedule', {});
export const useRules = () => useOne('getNotificationSettings', {});
export const useDevices = (staffId: string) =>
  useOne('listPushSubscriptions', { query: { staff_id: staffId, limit: 100 } });
export const useRunGate = (id: string) => useOne('getGate', { params: { id } });
export const useExplanation = (staffId: string, deadlineId: string) =>
  useOne(
    'explainNotification',
    { query: { staff_id: staffId, deadline_id: deadlineId, language: language.value } },
    staffId !== '' && deadlineId !== '',
  );

export function useRunResult(id: string, isThere: boolean) {
  return useQuery({
    queryKey: [KEY, 'result', id],
    queryFn: ({ signal }) => resultOf(id, signal),
    enabled: isThere,
    staleTime: Infinity,
  });
}

/** The result of a job is a file, whose type its kind knows. */
async function resultOf(id: string, signal: AbortSignal): Promise<DeadlineRunResult> {
  const answer = await send('getJobResult', { params: { id }, signal });
  return (await answer.json()) as DeadlineRunResult;
}

const MOST_OFFICES = 1_000;

/** How far a run is with its offices, those with trouble first. */
export function useRunOffices(id: string, isRunning: boolean) {
  return useQuery({
    queryKey: [KEY, 'run-offices', id, isRunning],
    queryFn: async ({ signal }) => {
      const page = await call('listDeadlineRunOffices', {
        params: { id },
        query: { limit: MOST_OFFICES },
        signal,
      });
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
