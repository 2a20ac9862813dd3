import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { Middleware } from 'koa';

/** The hooks that make a process part of a trace. Absent when tracing is off: then nothing of it is loaded. */
export interface Tracing {
  /** The outermost middleware of the API: one span a request, child of the caller's `traceparent`. */
  readonly traceRequests: Middleware;
  /** For `new Client({interceptors: {workflow}})`: carries the trace into starts, signals, updates and queries. */
  readonly clientInterceptors: WorkflowClientInterceptor[];
  readonly resource: Resource;
  readonly spanProcessor: SpanProcessor;
  /** Sends what is left. Call it last: after the server has closed and the worker has drained. */
  shutdown(): Promise<void>;
}
