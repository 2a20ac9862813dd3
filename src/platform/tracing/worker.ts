import { createRequire } from 'node:module';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { WorkerOptions } from '@temporalio/worker';
import type { Tracing } from './tracing.js';

/**
 * The half that runs inside workflows. It has to be in the bundle (`bundleWorkflowCode({workflowInterceptorModules})`,
 * or `interceptors.workflowModules` where the worker bundles). Without it every activity begins a new trace; with it
 * every activation costs a little.
 */
export const workflowTracingModules: string[] = [
  createRequire(import.meta.url).resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors'),
];

/** For `Worker.create`, merged into its own options. */
export function workerTracing(tracing: Tracing): Required<Pick<WorkerOptions, 'sinks' | 'interceptors'>> {
  return {
    sinks: { exporter: makeWorkflowExporter(tracing.spanProcessor, tracing.resource) },
    interceptors: {
      workflowModules: workflowTracingModules,
      activity: [
        (activity) => ({
          inbound: new OpenTelemetryActivityInboundInterceptor(activity),
          outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
        }),
      ],
    },
  };
}
