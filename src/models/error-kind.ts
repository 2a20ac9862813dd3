/**
 * Why a request to a model failed. The kind decides the retry:
 * rate_limited, overloaded, server, network and stalled may go away; the others will not.
 */
export type ModelErrorKind =
  | 'rate_limited'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'stalled'
  | 'invalid_request'
  | 'auth'
  | 'refused'
  | 'length'
  | 'schema_mismatch'
  | 'canceled';
