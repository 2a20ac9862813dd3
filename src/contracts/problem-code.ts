import type { RefusalCode } from './refusal.js';

/** Refusals of the edge alone: of the request, its caller, or a dependency of the edge. */
type EdgeCode =
  | 'invalid_cursor'
  | 'unauthenticated'
  | 'link_invalid'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'headers_too_large'
  | 'not_acceptable'
  | 'idempotency_in_progress'
  | 'precondition_failed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'idempotency_key_reused'
  | 'precondition_required'
  | 'rate_limited'
  | 'internal_error'
  | 'identity_unavailable'
  | 'workflow_lost'
  | 'payload_unreadable'
  | 'storage_unavailable'
  | 'database_unavailable';

/** `code` of a problem document. It is stable: clients branch on it. */
export type ProblemCode = RefusalCode | EdgeCode;
