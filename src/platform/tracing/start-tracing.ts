import type { Tracing } from './tracing.js';

export interface TracingOptions {
  /** OTLP over HTTP; `/v1/traces` is added. Undefined: no tracing. */
  readonly endpoint: string | undefined;
  readonly service: string;
}

export async function startTracing(options: TracingOptions): Promise<Tracing | undefined> {
  if (options.endpoint === undefined) return undefined;
  const { startOtlpTracing } = await import('./otlp.js');
  return startOtlpTracing(options.endpoint, options.service);
}
