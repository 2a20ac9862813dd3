import type { InboxGate, SqlQuestion } from '../app/types';

/** A gate, a session, a large statement or a plan of notifications that waits for a person. */
export interface InboxItem {
  readonly id: string;
  readonly kind: 'gate' | 'trigger' | 'attention' | 'sql' | 'plan';
  /** A statement that waits is no run yet: its own id. */
  readonly runId: string;
  readonly title: string;
  readonly note: string;
  readonly since: string;
  readonly deadlineAt: string | null;
  readonly reservedBy: string | null;
  readonly gate: InboxGate | null;
  readonly question: SqlQuestion | null;
}
