import { idOf, incomingOf, rpcCodes, RpcError, type Incoming, type MessageId } from './json-rpc.js';
import type { Methods } from './methods.js';

/**
 * A server of the Model Context Protocol over lines.
 *
 * M1. Each request is answered once, whatever goes wrong, and a notification never.
 * M2. A canceled request is not answered: its requests to the API end, and its answer is dropped.
 * M3. Requests run beside each other: a statement that is waited for keeps no other tool from its turn.
 */
export interface McpServer {
  /** Settles when the line has been answered. */
  receive(line: string): Promise<void>;
  /** Gives up what runs. */
  close(): void;
}

interface Surroundings {
  readonly methods: Methods;
  send(line: string): void;
  /** For a fault of ours, which the assistant does not see. */
  report(error: unknown): void;
}

type Answer = Readonly<Record<string, unknown>>;

export function createMcpServer({ methods, send, report }: Surroundings): McpServer {
  const running = new Map<MessageId, AbortController>();

  const answer = async (value: unknown): Promise<Answer | undefined> => {
    try {
      const incoming = incomingOf(value);
      if (incoming === undefined) return undefined;
      if (incoming.id !== undefined) return await answerUnlessCanceled(incoming, incoming.id);
      takeNotification(incoming, running);
      return undefined;
    } catch (error) {
      if (!(error instanceof RpcError)) report(error);
      return errorAnswer(idOf(value), error);
    }
  };

  const answerUnlessCanceled = async (request: Incoming, id: MessageId): Promise<Answer | undefined> => {
    if (running.has(id)) throw new RpcError(rpcCodes.invalidRequest, 'A request with this id runs already.');
    const canceling = new AbortController();
    running.set(id, canceling);
    try {
      const result = await methods.answer(request, canceling.signal);
      return canceling.signal.aborted ? undefined : { jsonrpc: '2.0', id, result };
    } catch (error) {
      if (canceling.signal.aborted) return undefined;
      throw error;
    } finally {
      running.delete(id);
    }
  };

  return {
    async receive(line) {
      if (line.trim() === '') return;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        send(JSON.stringify(errorAnswer(null, new RpcError(rpcCodes.parseError, 'The line is no JSON.'))));
        return;
      }
      const batch = methods.takesBatches() && Array.isArray(value) && value.length > 0 ? value : undefined;
      if (batch === undefined) {
        const answered = await answer(value);
        if (answered !== undefined) send(JSON.stringify(answered));
        return;
      }
      const answers = (await Promise.all(batch.map(answer))).filter((each) => each !== undefined);
      if (answers.length > 0) send(JSON.stringify(answers));
    },
    close: () => running.forEach((canceling) => canceling.abort()),
  };
}

function takeNotification(
  { method, params: { requestId } }: Incoming,
  running: ReadonlyMap<MessageId, AbortController>,
): void {
  if (method !== 'notifications/cancelled') return;
  if (typeof requestId === 'string' || typeof requestId === 'number') running.get(requestId)?.abort();
}

function errorAnswer(id: MessageId | null, error: unknown): Answer {
  if (!(error instanceof RpcError))
    return { jsonrpc: '2.0', id, error: { code: rpcCodes.internalError, message: 'Internal error' } };
  const { code, message, data } = error;
  return { jsonrpc: '2.0', id, error: data === undefined ? { code, message } : { code, message, data } };
}
