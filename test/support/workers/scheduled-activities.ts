import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';

type Handle = Pick<WorkflowHandle, 'fetchHistory'>;
type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];
type Scheduled = NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>;

/** The time and the retries that each activity of a history was given, in words: an operator counts on them. */
export async function policiesOf(handle: Handle): Promise<Record<string, string>> {
  const scheduled = await scheduledIn(handle);
  return Object.fromEntries(
    scheduled.map(({ given }) => [given.activityType?.name ?? '', policyInWords(given)]),
  );
}

/** The words of the Temporal Web UI beside each activity. */
export async function summariesOf(handle: Handle): Promise<(string | undefined)[]> {
  const scheduled = await scheduledIn(handle);
  return scheduled.map(({ event }) => {
    const summary = event.userMetadata?.summary;
    return summary ? defaultPayloadConverter.fromPayload<string>(summary) : undefined;
  });
}

/** The names of the local activities of a history, in their order. */
export async function localActivitiesOf(handle: Handle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const [data] = event.markerRecordedEventAttributes?.details?.['data']?.payloads ?? [];
    if (event.markerRecordedEventAttributes?.markerName !== 'core_local_activity' || !data) return [];
    return defaultPayloadConverter.fromPayload<{ activity_type: string }>(data).activity_type;
  });
}

async function scheduledIn(handle: Handle): Promise<{ event: HistoryEvent; given: Scheduled }[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const given = event.activityTaskScheduledEventAttributes;
    return given ? [{ event, given }] : [];
  });
}

/** The limits of an activity, such as `300 s, a beat in 5 s`. */
function policyInWords(given: Scheduled): string {
  const times = [
    seconds(given.startToCloseTimeout),
    `${seconds(given.scheduleToCloseTimeout)} in all`,
    `a beat in ${seconds(given.heartbeatTimeout)}`,
  ].filter((each) => !each.includes('no limit'));
  const { maximumAttempts, initialInterval, backoffCoefficient, maximumInterval } = given.retryPolicy ?? {};
  const tries = maximumAttempts === 0 ? 'any number of' : maximumAttempts;
  const waits = `${seconds(initialInterval)} × ${backoffCoefficient} up to ${seconds(maximumInterval)}`;
  return `${times.join(', ')}; ${tries} tries, ${waits}`;
}

function seconds(time: Parameters<typeof optionalTsToMs>[0]): string {
  const ms = optionalTsToMs(time) ?? 0;
  return ms === 0 ? 'no limit' : `${ms / 1_000} s`;
}
