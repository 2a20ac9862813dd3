import type { Decider, GateName } from './commands.js';
import type { SessionEvent } from './transitions.js';

type Commanded = Extract<SessionEvent, { type: 'session.commanded' }>;

export interface CommandOfSession {
  readonly kind: string;
  readonly gate: GateName | null;
  readonly by: Decider;
}

/** The part that the API signs: everything but the command id, which the Update adds. */
export function signedPartOf({ userId, via, requestId, ip, userAgent }: Decider): object {
  return { userId, via, requestId, ip, userAgent };
}

/**
 * Names the deciders that may be recorded. `isVouchedFor` knows whether the API sent a command. Any other command
 * comes from Temporal, under any name, and so do its events. A forged name never enters the log.
 */
export function withKnownDeciders(
  events: readonly SessionEvent[],
  isVouchedFor: (command: CommandOfSession) => boolean,
): SessionEvent[] {
  let vouched = false;
  return events.map((each) => {
    if (each.type === 'session.commanded') vouched = isVouchedFor(commandOf(each));
    if (each.type === 'session.commanded' || each.type === 'session.redone')
      return { ...each, by: known(each.by, vouched) };
    if (each.type !== 'gate.decided') return each;
    return { ...each, decision: { ...each.decision, by: known(each.decision.by, vouched) } };
  });
}

function commandOf({ kind, about, by }: Commanded): CommandOfSession {
  return { kind, gate: about ?? null, by };
}

/** A decision by the clock or a signal has no command: the workflow itself vouches for it. */
function known(by: Decider, vouched: boolean): Decider {
  const { userId, commandId } = by;
  if (vouched || (userId === null && commandId === undefined)) return by;
  return commandId === undefined
    ? { userId: null, via: 'signal' }
    : { userId: null, via: 'signal', commandId };
}
