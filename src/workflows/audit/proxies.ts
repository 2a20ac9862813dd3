import { proxyActivities } from '@temporalio/workflow';
import type { AuditExportActivities } from '../../contracts/audit/export.js';
import { hopelessFailures } from '../../contracts/errors.js';
import { taskQueues } from '../../contracts/names.js';

/** Reads the log a page at a time and beats with every piece. A dead worker is noticed within the minute. */
export const auditExportSteps = proxyActivities<AuditExportActivities>({
  taskQueue: taskQueues.flow,
  startToCloseTimeout: '15m',
  heartbeatTimeout: '1m',
  retry: {
    maximumAttempts: 3,
    initialInterval: '1s',
    backoffCoefficient: 3,
    nonRetryableErrorTypes: [...hopelessFailures],
  },
});
