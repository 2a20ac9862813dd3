import type { StepMedian } from '../../domain/sessions/estimate.js';
import { many, prepared, sql, type Db } from '../base/sql.js';

/** Medians are made of this many sessions of the same template version, the newest ones. */
const HISTORY_SESSIONS = 50;

export interface TemplateVersion {
  readonly templateName: string;
  readonly templateVersion: number;
}

/** Of every step that a newer session of this template version has finished by itself. */
export function readStepMedians(
  db: Db,
  { templateName, templateVersion }: TemplateVersion,
): Promise<StepMedian[]> {
  return many<StepMedian>(
    db,
    prepared(
      'sessions.step_medians',
      sql`select done.phase, done.step, count(*) as samples,
                 percentile_cont(0.5) within group (
                   order by extract(epoch from done.finished_at - done.started_at) * 1000)::float8 as "medianMs"
            from (select run_id from sessions
                   where template_name = ${templateName} and template_version = ${templateVersion}
                   order by run_id desc limit ${HISTORY_SESSIONS}) as recent
            join session_steps as done on done.run_id = recent.run_id
           where done.status = 'completed' and done.origin_step_id is null and done.started_at is not null
           group by done.phase, done.step`,
    ),
  );
}
