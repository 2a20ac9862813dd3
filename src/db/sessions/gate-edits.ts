import { problemsOf, type SchemaProblem } from '../../contracts/templates/json-schema.js';
import type { Given } from './given-content.js';
import type { Db } from '../base/sql.js';
import { findTemplate } from '../templates/templates.js';

/** An edited output keeps to the template's output schema, by whichever way it is written. Empty: the edit fits. */
export async function problemsOfEdit(
  db: Db,
  at: { readonly templateName: string; readonly templateVersion: number; readonly phase: number },
  edits: Given,
): Promise<readonly SchemaProblem[]> {
  const template = await findTemplate(db, at.templateName, at.templateVersion);
  const schema = template?.definition.phases[at.phase - 1]?.steps.INTEGRATE.outputSchema;
  return schema === undefined ? [] : problemsOf(schema, edits);
}
