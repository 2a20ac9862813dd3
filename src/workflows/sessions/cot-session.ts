import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import {
  decideGate,
  proceedNextPhase,
  progress,
  sessionCommand,
  projectAgain,
} from '../../contracts/sessions/messages.js';
import type { CotSessionInput, SessionOutcome } from '../../contracts/sessions/workflow.js';
import { hasRunEnded } from '../runs/has-run-ended.js';
import { SessionDecisions } from './decisions.js';
import { SessionRun } from './run.js';

/** A chain-of-thought session: phases of three steps each, under human control. It may wait for weeks at a gate. */
export async function cotSession(input: CotSessionInput): Promise<SessionOutcome> {
  const session = new SessionRun(input);
  const decisions = new SessionDecisions(session, input);
  setHandler(progress, () => session.progress());
  setHandler(projectAgain, () => session.projectAgain());
  setHandler(proceedNextPhase, (message) => decisions.proceed(message));
  setHandler(decideGate, (message) => decisions.decide(message), {
    validator: (message) => decisions.refuse(message),
  });
  setHandler(sessionCommand, (command) => session.command(command), {
    validator: (command) => session.refuse(command),
  });

  const handOver = (): Promise<never> =>
    continueAsNew<typeof cotSession>({ ...input, carried: session.current });

  let ending: SessionOutcome;
  try {
    ending = await session.untilEnd(handOver);
  } catch (error) {
    if (hasRunEnded(error)) return { status: 'canceled', reason: 'the run had ended before' };
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => session.endFromOutside());
    throw error;
  }
  // Answers to the last commands go out before the workflow is closed.
  await condition(allHandlersFinished);
  return ending;
}
