import type { Decider, GateName } from './commands.js';
import type { SessionNews } from './transitions.js';

type Commanded = Extract<SessionNews, { type: 'session.commanded' }>;

export interface CommandOfSession {
  readonly kind: string;
  readonly gate: GateName | null;
  readonly by: Decider;
}

/** Without what the way adds to it: this is what the API signs. */
export function signedPartOf({ userId, via, requestId, ip, userAgent }: Decider): object {
  return { userId, via, requestId, ip, userAgent };
}

/**
 * The news as they may be recorded. `isVouchedFor` knows whether the API sent a command. Everybody else comes from Temporal,
 * whatever name the command bears, and so do the news that follow from it.
 */
export function withKnownDeciders(
  news: readonly SessionNews[],
  isVouchedFor: (command: CommandOfSession) => boolean,
): SessionNews[] {
  let vouched = false;
  return news.map((each) => {
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

/** What the clock or a signal decided has no command: the workflow itself says so. */
function known(by: Decider, vouched: boolean): Decider {
  const { userId, commandId } = by;
  if (vouched || (userId === null && commandId === undefined)) return by;
  return commandId === undefined
    ? { userId: null, via: 'signal' }
    : { userId: null, via: 'signal', commandId };
}
