import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/** Set by the server on what a schedule starts: the moment that was due, however late it is now. */
const dueTime = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** RFC 3339. A workflow that was started by hand has no such moment: it is due at its start. */
export function scheduledStartTime(): string {
  const { typedSearchAttributes, startTime } = workflowInfo();
  return (typedSearchAttributes.get(dueTime) ?? startTime).toISOString();
}
