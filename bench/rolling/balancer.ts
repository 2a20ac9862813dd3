import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer to a client's request. 0: the connection to the API broke before it answered. */
export interface Passed {
  readonly line: string;
  readonly status: number;
}

/** A proxy in front of the APIs, as a Service of Kubernetes is: in turns, and none that has left. It repeats nothing. */
export interface Balancer {
  readonly url: string;
  readonly passed: readonly Passed[];
  join(port: number): void;
  leave(port: number): void;
  close(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  const ports: number[] = [];
  const passed: Passed[] = [];
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    turn += 1;
    const line = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
    pass({ incoming, outgoing, agent, port: ports[turn % ports.length] ?? 0 }, (status) =>
      passed.push({ line, status }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    join: (port) => void ports.push(port),
    leave: (port) => void ports.splice(ports.indexOf(port), 1),
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

interface Passing {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly agent: Agent;
  readonly port: number;
}

function pass({ incoming, outgoing, agent, port }: Passing, count: (status: number) => void): void {
  const { method, url, headers } = incoming;
  const inner = request({ host: '127.0.0.1', port, method, path: url, headers, agent }, (answer) => {
    count(answer.statusCode ?? 0);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    // A stream that an API ends early is cut here as well. Otherwise its reader would take it for whole.
    answer.on('error', () => outgoing.destroy());
  });
  inner.on('error', () => {
    if (outgoing.headersSent || incoming.destroyed) outgoing.destroy();
    else {
      count(0);
      outgoing.writeHead(502).end();
    }
  });
  outgoing.on('close', () => inner.destroy());
  incoming.pipe(inner);
}
