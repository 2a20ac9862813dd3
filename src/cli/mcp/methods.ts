import { ApiProblem } from '../../client/problem.js';
import { CliError, linesOf } from '../cli-error.js';
import { rpcCodes, RpcError, type Incoming, type Params } from './json-rpc.js';
import {
  BATCHING,
  cached,
  discoverResult,
  handshakeVersionFor,
  initializeResult,
  statelessResult,
  statelessVersionOf,
} from './protocol.js';
import { ToolError, type Tool, type ToolCall } from './tool.js';

/** The requests of the protocol, in both of its forms: after a handshake, and with a version in each request. */
export interface Methods {
  answer(request: Incoming, signal: AbortSignal): Promise<Params>;
  /** Whether a line may be a list of messages: so it was in one revision. */
  takesBatches(): boolean;
}

interface Surroundings {
  readonly tools: readonly Tool[];
  connect(): Promise<Omit<ToolCall, 'signal'>>;
}

export function createMethods(surroundings: Surroundings): Methods {
  let handshake: string | undefined;
  const answerHandshake = async (request: Incoming, signal: AbortSignal): Promise<Params> => {
    const { method, params } = request;
    if (method === 'ping') return {};
    if (method === 'initialize') {
      handshake = handshakeVersionFor(params);
      return initializeResult(handshake);
    }
    if (handshake === undefined)
      throw new RpcError(rpcCodes.invalidRequest, 'initialize comes first, or a version in _meta.');
    return answerTools(surroundings, request, signal);
  };
  return {
    takesBatches: () => handshake === BATCHING,
    answer: async (request, signal) =>
      statelessVersionOf(request.params) === undefined
        ? answerHandshake(request, signal)
        : statelessResult(await answerStateless(surroundings, request, signal)),
  };
}

async function answerStateless(
  surroundings: Surroundings,
  request: Incoming,
  signal: AbortSignal,
): Promise<Params> {
  if (request.method === 'server/discover') return discoverResult();
  const result = await answerTools(surroundings, request, signal);
  return request.method === 'tools/list' ? Object.assign({}, result, cached) : result;
}

async function answerTools(
  surroundings: Surroundings,
  { method, params }: Incoming,
  signal: AbortSignal,
): Promise<Params> {
  if (method === 'tools/call') return callTool(surroundings, params, signal);
  if (method === 'tools/list') return { tools: surroundings.tools.map(({ shown }) => shown) };
  throw new RpcError(rpcCodes.methodNotFound, `Unknown method: ${method}`);
}

async function callTool(
  { tools, connect }: Surroundings,
  { name, arguments: given = {} }: Params,
  signal: AbortSignal,
): Promise<Params> {
  const found = tools.find((each) => each.name === name);
  if (found === undefined) throw new RpcError(rpcCodes.invalidParams, `Unknown tool: ${String(name)}`);
  try {
    const result = await found.run(given, Object.assign({ signal }, await connect()));
    return { content: [{ type: 'text', text: JSON.stringify(result) }], isError: false };
  } catch (error) {
    return { content: [{ type: 'text', text: toolErrorText(error) }], isError: true };
  }
}

/** Errors that an assistant can mend, or pass on to its person. Any other is a fault of ours. */
function toolErrorText(error: unknown): string {
  if (error instanceof ApiProblem) return linesOf(error);
  if (error instanceof CliError || error instanceof ToolError) return error.message;
  throw error;
}
