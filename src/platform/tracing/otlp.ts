import {
  context,
  defaultTextMapGetter,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
// Not the package's index. That loads the worker half and with it the native bridge, which the API must not load.
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client/index.js';
import type { Context, Middleware } from 'koa';
import type { Tracing } from './tracing.js';

/** Asked every few seconds by machines; their spans would bury the others. */
const untraced = new Set(['/healthz', '/readyz', '/metrics']);

/** Without the context manager the activities would begin traces of their own. */
export function startOtlpTracing(endpoint: string, service: string): Tracing {
  const resource = new Resource({ 'service.name': service });
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const spanProcessor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000 });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() });
  return {
    traceRequests: traceRequests(provider.getTracer('sluice-http')),
    clientInterceptors: [new OpenTelemetryWorkflowClientInterceptor()],
    resource,
    spanProcessor,
    shutdown: () => provider.shutdown(),
  };
}

function traceRequests(tracer: Tracer): Middleware {
  return async (ctx, next) => {
    if (untraced.has(ctx.path)) return next();
    const parent = propagation.extract(context.active(), ctx.headers, defaultTextMapGetter);
    const attributes = { 'http.request.method': ctx.method, 'url.path': ctx.path };
    const span = tracer.startSpan(ctx.method, { kind: SpanKind.SERVER, attributes }, parent);
    try {
      await context.with(trace.setSpan(parent, span), next);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      throw error;
    } finally {
      finish(span, ctx);
    }
  };
}

/** The route, not the path, names the span: ids in names would make every request a kind of its own. */
function finish(span: Span, ctx: Context): void {
  const route = (ctx as { _matchedRoute?: string | RegExp })._matchedRoute?.toString();
  if (route !== undefined) {
    span.updateName(`${ctx.method} ${route}`);
    span.setAttribute('http.route', route);
  }
  span.setAttribute('http.response.status_code', ctx.status);
  if (ctx.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
