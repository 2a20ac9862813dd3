import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const folder = resolve(root, `node_modules/.cache/cli-test-${process.pid}`);
const program = resolve(folder, 'cli/main.mjs');

/** The program as it is shipped; the migrations lie where db/base/migrate.js looks for them. */
export async function buildCli(): Promise<void> {
  await build({
    entryPoints: [resolve(root, 'src/cli/main.ts')],
    outdir: resolve(folder, 'cli'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  cpSync(resolve(root, 'src/db/migrations'), resolve(folder, 'migrations'), { recursive: true });
}

/** A `sluice` for the PATH of a shell: the same program. */
export function putSluiceInto(bin: string): void {
  const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`;
  writeFileSync(resolve(bin, 'sluice'), script, { mode: 0o755 });
}

export function removeCli(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The process itself, for a test that talks with it. */
export function startSluice(
  args: readonly string[],
  env: Record<string, string>,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [program, ...args], { cwd: folder, env });
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it with nothing of this process's environment, so that only what a test sets counts. */
export function sluice(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
  return new Promise((done, reject) => {
    const child = startSluice(args, env);
    child.stdin.end(input);
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => void (text.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (text.err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => done({ code, ...text }));
  });
}

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

export interface TinyApi {
  readonly url: string;
  /** `GET /jobs` → what answers it. */
  readonly routes: Map<string, Handler>;
  readonly requests: {
    readonly line: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
  close(): Promise<void>;
}

/** A server that answers as a test sets it, and keeps its requests. */
export async function startTinyApi(): Promise<TinyApi> {
  const routes = new Map<string, Handler>();
  const requests: TinyApi['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      requests.push({ line, headers: request.headers, body });
      const handler = routes.get(line) ?? routes.get(line.replace(/\?.*/, ''));
      if (handler === undefined)
        answer(response, 404, { title: 'There is no such record', status: 404, code: 'not_found' });
      else handler(Object.assign(request, { body }), response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    routes,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
}

export function frame(pos: number, type: string, data: Record<string, unknown> = {}): string {
  const body = JSON.stringify({ pos, at: '2026-01-02T03:04:05.000001Z', type, ...data });
  return `id: ${pos}\nevent: ${type}\ndata: ${body}\n\n`;
}
