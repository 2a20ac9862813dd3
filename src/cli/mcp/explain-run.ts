import type { AnswerOf } from '../../client/operations.js';
import { isFinal } from '../../domain/runs/status.js';

/** Why a run stands where it stands, in sentences, and what a person can do about it. */
interface Explanation {
  readonly id: string;
  readonly status: string;
  readonly why: string;
  readonly waitsFor: string | null;
  readonly aPersonCan: readonly string[];
}

type Session = Pick<AnswerOf<'getSession'>, 'id' | 'status' | 'progress' | 'error' | 'gate'>;
type Job = Pick<AnswerOf<'getJob'>, 'jobId' | 'state' | 'progress' | 'error' | 'errorCode' | 'attention'>;
type Statement = AnswerOf<'getSqlStatus'>;

export function explainSession({ id, status, progress, error, gate }: Session): Explanation {
  const phase = `phase ${progress.currentPhase} of ${progress.totalPhases} (${progress.phaseTitle})`;
  if (gate !== null)
    return {
      id,
      status,
      why: `${capital(phase)} is finished, and nothing goes on before a person has decided.`,
      waitsFor: `a decision at ${gate.id}, open since ${gate.openedAt}${until(gate.deadlineAt)}`,
      aPersonCan: ['approve', 'edit', 'redo or reject at the gate', `sluice gate decide approve ${gate.id}`],
    };
  if (error !== null)
    return {
      id,
      status,
      why: `It failed in ${phase}: ${error.message} (${error.code}).`,
      waitsFor: null,
      aPersonCan: [`sluice session fork ${id} --phase ${progress.currentPhase}`],
    };
  if (status === 'needs_attention')
    return {
      id,
      status,
      why: `${capital(phase)} cannot go on: ${progress.reason ?? 'the reason is in its events'}.`,
      waitsFor: 'a person',
      aPersonCan: [
        `sluice session continue ${id}`,
        `sluice session redo ${id} --phase ${progress.currentPhase}`,
      ],
    };
  if (status === 'paused')
    return {
      id,
      status,
      why: `It was paused in ${phase}.`,
      waitsFor: 'a person',
      aPersonCan: [`sluice session resume ${id}`],
    };
  const step = progress.currentStep === null ? '' : `, step ${progress.currentStep}`;
  return {
    id,
    status,
    why: `It is ${status}: ${phase}${step}, ${progress.percent} %.`,
    waitsFor: progress.requiresManualTrigger ? 'a person who starts the next step' : progress.reason,
    aPersonCan: isFinal(status)
      ? [`sluice session fork ${id} --phase 1`]
      : [`sluice watch ${id}`, `sluice cancel ${id}`],
  };
}

export function explainJob({ jobId, state, progress, error, errorCode, attention }: Job): Explanation {
  const failure = error === undefined ? undefined : `${error} (${errorCode ?? 'no code'})`;
  return {
    id: jobId,
    status: state,
    why:
      failure ?? attention ?? `It is ${state}: ${progress.phase ?? 'no phase yet'}, ${progress.percent} %.`,
    waitsFor: attention ?? null,
    aPersonCan:
      failure === undefined
        ? [`sluice watch ${jobId}`]
        : ['sluice dead-letter list', 'sluice dead-letter replay'],
  };
}

export function explainSql({
  session_id: id,
  status,
  phase,
  progress_percentage,
  queue_position,
  waiting_on,
  error,
  eta_ms,
}: Statement): Explanation {
  const eta = eta_ms === null ? '' : `, about ${Math.ceil(eta_ms / 1_000)} s to go`;
  return {
    id,
    status,
    why:
      error === undefined
        ? `It is ${status}: ${phase}, ${progress_percentage} %${eta}.`
        : `${error.message} (${error.code}).`,
    waitsFor: queue_position > 0 ? `a place: ${queue_position} are before it` : waiting_on,
    aPersonCan: status === 'processing' ? [`sluice sql cancel ${id}`] : [`sluice sql results ${id}`],
  };
}

function until(deadline: string | null): string {
  return deadline === null ? '' : ` and decided by the clock at ${deadline}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
