import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { waitUntil } from '../support/wait-until.js';
import { startSluice } from './cli-fixture.js';

type Message = Readonly<Record<string, unknown>>;

/** An assistant that has `sluice mcp` as its child, as a real one has. */
export interface Assistant {
  /** Sends a request and waits for the message with its id. */
  ask(method: string, params?: object): Promise<Message>;
  /** Writes a line as it is. */
  say(line: string): void;
  /** Every line that came, parsed. */
  readonly heard: readonly (Message | readonly Message[])[];
  readonly said: { readonly stderr: string };
  /** Calls a tool and gives its parsed result. */
  call(name: string, given?: object): Promise<Record<string, unknown>>;
  /** Calls a tool that refuses, and gives what it says. */
  refused(name: string, given?: object): Promise<string>;
  /** Closes stdin and gives the exit code. */
  leave(): Promise<number | null>;
}

const HANDSHAKE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

export async function startAssistant(env: Record<string, string>): Promise<Assistant> {
  const assistant = startSilentAssistant(env);
  await assistant.ask('initialize', HANDSHAKE);
  assistant.say(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  return assistant;
}

/** An assistant that has not introduced itself. */
export function startSilentAssistant(env: Record<string, string>): Assistant {
  const child = startSluice(['mcp'], env);
  const heard: (Message | readonly Message[])[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line) as Message));
  const said = { stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => void (said.stderr += chunk.toString()));
  let id = 0;
  const say = (line: string): void => void child.stdin.write(`${line}\n`);
  const ask = (method: string, params?: object): Promise<Message> => {
    const own = (id += 1);
    say(JSON.stringify({ jsonrpc: '2.0', id: own, method, params }));
    return waitUntil(
      () => Promise.resolve(heard.find((each): each is Message => 'id' in each && each['id'] === own)),
      {
        what: `an answer to ${method}`,
        timeoutMs: 60_000,
      },
    );
  };
  const result = async (name: string, given: object, isError: boolean): Promise<string> => {
    const answer = await ask('tools/call', { name, arguments: given });
    expect(answer).toMatchObject({ result: { isError, content: [{ type: 'text' }] } });
    return (answer['result'] as { content: [{ text: string }] }).content[0].text;
  };
  return {
    ask,
    say,
    heard,
    said,
    call: async (name, given = {}) => JSON.parse(await result(name, given, false)) as Record<string, unknown>,
    refused: (name, given = {}) => result(name, given, true),
    leave: () => left(child),
  };
}

function left(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((ended) => {
    child.once('exit', (code) => ended(code));
    child.stdin.end();
  });
}
