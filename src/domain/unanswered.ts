/** What the driver says when a statement got no answer in its time: the connection leads nowhere, and is worth nothing. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
