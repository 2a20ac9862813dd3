import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Set by the server on what a schedule starts: the moment that was due, however late it is now. */
export const scheduledStartTime = defineSearchAttributeKey(
  'TemporalScheduledStartTime',
  SearchAttributeType.DATETIME,
);
