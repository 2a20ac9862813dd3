import { IllegalTransitionError } from '../runs/events.js';

/** SQLSTATE classes in which the same statement fails again: data exceptions and integrity constraints. */
const hopeless = ['22', '23'];

/** Whether PostgreSQL, or the rules of a run, refuse what is written and would refuse it every time. */
export function isRefusedForGood(error: unknown): boolean {
  if (error instanceof IllegalTransitionError) return true;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.length === 5 && hopeless.includes(code.slice(0, 2));
}
