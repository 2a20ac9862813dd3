import { decisionLimits } from './decision-message.js';
import {
  oneOf,
  orMissing,
  orNull,
  recordOf,
  textOf,
  wholeNumberOf,
  isRecord,
  type Check,
} from '../message-checks.js';
import { stepNames } from './state.js';
import type { SessionCommand } from './commands.js';

const MOST = 2_147_483_647;
const id = textOf(0, 200);
const reason = orNull(textOf(0, decisionLimits.comment));
const content = recordOf({
  sha256: textOf(64, 64),
  bytes: wholeNumberOf(0, MOST),
  preview: textOf(0, 1_000),
});
const gate = orMissing(
  orNull(recordOf({ id: textOf(1, 64), attempt: wholeNumberOf(1, MOST), digest: textOf(0, 64) })),
);
const digest = orNull(textOf(1, 64));
const atGate = { gate, digest, comment: reason };
const rerun = { instructions: orNull(content), model: orNull(id) };

const by = recordOf({
  userId: orNull(textOf(1, 200)),
  // The clock's decisions never come as a command.
  via: oneOf(['api', 'console', 'signal']),
  requestId: orMissing(id),
  ip: orMissing(orNull(id)),
  userAgent: orMissing(orNull(textOf(0, 2_000))),
  signature: orMissing(id),
});

const commands: Readonly<Record<SessionCommand['kind'], Readonly<Record<string, Check>>>> = {
  approve: { ...atGate, notes: orNull(content) },
  edit: { ...atGate, digest: textOf(1, 64), output: content, notes: orNull(content) },
  reject: atGate,
  redo: {
    ...atGate,
    ...rerun,
    from: recordOf({ phase: wholeNumberOf(1, MOST), step: oneOf(stepNames) }),
    input: orNull(content),
  },
  run_due_step: rerun,
  go_on: rerun,
  skip_step: { gap: textOf(1, decisionLimits.comment) },
  finish_early: { reason },
  pause: { reason },
  resume: { reason },
  cancel: { reason },
};

/**
 * The problem of a command; null without one. The update is for the API, but people have the CLI. A malformed command
 * in the state could not be projected, and the session would wait for ever.
 */
export function problemOfCommand(given: unknown): string | null {
  if (!isRecord(given)) return 'takes one object';
  const { kind } = given;
  const unknown = oneOf(Object.keys(commands))(kind);
  if (unknown !== null) return `kind: ${unknown}`;
  return recordOf({ by, ...commands[kind as SessionCommand['kind']] })(given);
}
