import type { GateDecision } from './transitions.js';

/** A gate waits until it is decided, or its attempt is abandoned. */
export const gateStatuses = ['waiting', 'approved', 'edited', 'redone', 'rejected', 'canceled'] as const;

/** The status of a gate that was decided so, which is also the action in the audit log. */
export const decidedStatus = {
  approve: 'approved',
  edit: 'edited',
  redo: 'redone',
  reject: 'rejected',
} as const satisfies Record<GateDecision['decision'], (typeof gateStatuses)[number]>;
