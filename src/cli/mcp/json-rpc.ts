/** JSON-RPC 2.0 as the Model Context Protocol uses it: ids are strings or whole numbers, parameters are objects. */
export type MessageId = string | number;
export type Params = Readonly<Record<string, unknown>>;

export interface Incoming {
  /** Absent for a notification, which is never answered. */
  readonly id: MessageId | undefined;
  readonly method: string;
  readonly params: Params;
}

export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  unsupportedVersion: -32_022,
} as const;

/** A request that is refused as the protocol says, before any tool is asked. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly code: (typeof rpcCodes)[keyof typeof rpcCodes],
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** The message in a parsed value; undefined for a response, which nobody here has asked for. */
export function incomingOf(value: unknown): Incoming | undefined {
  if (!isParams(value) || value['jsonrpc'] !== '2.0')
    throw invalid('A message is an object of JSON-RPC 2.0.');
  const { id, method, params = {} } = value;
  if (method === undefined && ('result' in value || 'error' in value)) return undefined;
  if (typeof method !== 'string') throw invalid('A request names its method.');
  if ('id' in value && !isMessageId(id)) throw invalid('The id of a request is a string or a whole number.');
  if (!isParams(params)) throw new RpcError(rpcCodes.invalidParams, 'Parameters are an object.');
  return { id: isMessageId(id) ? id : undefined, method, params };
}

/** The id that an answer to `value` carries: null where it has none that can be read. */
export function idOf(value: unknown): MessageId | null {
  return isParams(value) && isMessageId(value['id']) ? value['id'] : null;
}

export function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMessageId(value: unknown): value is MessageId {
  return typeof value === 'string' || Number.isInteger(value);
}

function invalid(message: string): RpcError {
  return new RpcError(rpcCodes.invalidRequest, message);
}
