import { createInterface } from 'node:readline/promises';
import { createClient } from '../../client/client.js';
import { resolveConnection } from '../connection.js';
import type { Context } from '../context.js';
import { createMethods } from './methods.js';
import { createMcpServer } from './server.js';
import { tools } from './tools.js';

/** Serves an assistant over stdin and stdout until it closes stdin. Nothing but messages is written to stdout. */
export async function serveStdio({ config, flags, terminal }: Context): Promise<void> {
  const methods = createMethods({
    tools,
    // For each call: the stack may be started, and the profile written, while the assistant has this process.
    connect: async () => {
      const { url, apiKey } = await resolveConnection(config, flags);
      return { url, client: createClient({ baseUrl: url, token: apiKey }) };
    },
  });
  const server = createMcpServer({
    methods,
    send: terminal.out,
    report: (error) => terminal.err(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  });
  const answering = new Set<Promise<void>>();
  for await (const line of createInterface({ input: process.stdin })) {
    const answered = server.receive(line).finally(() => answering.delete(answered));
    answering.add(answered);
  }
  server.close();
  await Promise.all(answering);
}
