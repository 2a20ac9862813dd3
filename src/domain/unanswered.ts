/** The driver's error for a statement without an answer in time: the connection leads nowhere, and is closed. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
