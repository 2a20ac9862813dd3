import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import Koa from 'koa';
import { startTracing } from '../../../src/platform/tracing/start-tracing.js';
import { workerTracing } from '../../../src/platform/tracing/worker.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

interface Export {
  readonly resourceSpans: { resource: Pick<Span, 'attributes'>; scopeSpans: { spans: Span[] }[] }[];
}

const temporal = useTemporal();
const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An OTLP/HTTP collector that keeps what it is sent. */
async function startCollector(): Promise<{ url: string; spans: Span[]; services: Set<string | undefined> }> {
  const spans: Span[] = [];
  const services = new Set<string | undefined>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const known = request.method === 'POST' && request.url === '/v1/traces';
      if (known) {
        const sent = JSON.parse(Buffer.concat(chunks).toString()) as Export;
        for (const { resource, scopeSpans } of sent.resourceSpans) {
          services.add(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue);
          spans.push(...scopeSpans.flatMap((scope) => scope.spans));
        }
      }
      response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  return { url: await listen(server), spans, services };
}

test('one trace goes from the HTTP request through the workflow into its activity', async () => {
  const collector = await startCollector();
  const tracing = await startTracing({ endpoint: collector.url, service: 'sluice-test' });
  if (tracing === undefined) throw new Error('tracing is on when there is an endpoint');
  const taskQueue = 'traced';
  const worker = await Worker.create({
    connection: await temporal.nativeConnection(),
    namespace: temporal.namespace,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./tracing-workflow.ts', import.meta.url)),
    activities: { greet: (input: { name: string }) => Promise.resolve(`hello ${input.name}`) },
    ...workerTracing(tracing),
  });
  const client = new Client({
    connection: temporal.connection,
    namespace: temporal.namespace,
    interceptors: { workflow: tracing.clientInterceptors },
  });
  const app = new Koa().use(tracing.traceRequests).use(async (ctx) => {
    const started = { taskQueue, workflowId: `traced-${ctx.path}`, args: [{ name: 'you' }] };
    ctx.body = await client.workflow.execute('tracedGreeting', started);
  });
  const url = await listen(createServer(app.callback()));
  const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
  await worker.runUntil(async () => {
    const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
    const answer = await fetch(`${url}/reports`, { headers: { traceparent } });
    expect(await answer.text()).toBe('hello you');
  });
  await tracing.shutdown();

  const names = [
    'GET',
    'StartWorkflow:tracedGreeting',
    'RunWorkflow:tracedGreeting',
    'StartActivity:greet',
    'RunActivity:greet',
  ];
  await waitUntil(
    () => Promise.resolve(names.every((name) => collector.spans.some((span) => span.name === name))),
    {
      what: 'all spans',
    },
  );
  const byName = new Map(collector.spans.map((span) => [span.name, span]));
  expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([caller.traceId]));
  expect(names.map((name) => byName.get(name)?.parentSpanId)).toEqual([
    caller.spanId,
    ...names.slice(0, -1).map((name) => byName.get(name)?.spanId),
  ]);
  expect(collector.services).toEqual(new Set(['sluice-test']));
});

test('without an endpoint nothing is traced', async () => {
  expect(await startTracing({ endpoint: undefined, service: 'sluice-test' })).toBeUndefined();
});
