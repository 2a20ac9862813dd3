import { Refusal } from '../../contracts/refusal.js';
import { problemsOf, type SchemaProblem } from '../../contracts/templates/json-schema.js';
import type { TemplateDefinition } from '../../contracts/templates/template.js';
import type { Db } from '../../db/base/sql.js';
import type { Given } from '../../db/sessions/given-content.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import { findTemplate } from '../../db/templates/templates.js';

/** An input has to fit its template's schema. No model is paid for one that does not. */
export function requireInputFits({ inputSchema }: TemplateDefinition, input: Given | undefined): void {
  if (inputSchema === undefined) return;
  requireFit(problemsOf(inputSchema, input ?? {}), {
    member: 'input',
    detail: 'The input does not fit the input schema of this template.',
  });
}

/** A redo or a fork may bring another input. It has to fit the version that the session started with. */
export async function requireNewInputFits(
  db: Db,
  { templateName, templateVersion }: OwnedSession,
  input: Given | undefined,
): Promise<void> {
  if (input === undefined) return;
  const template = await findTemplate(db, templateName, templateVersion);
  if (template !== undefined) requireInputFits(template.definition, input);
}

/** Each problem names its place in the body of the request. */
export function requireFit(
  problems: readonly SchemaProblem[],
  { member, detail }: { readonly member: string; readonly detail: string },
): void {
  if (problems.length === 0) return;
  const errors = problems.map(({ path, message }) => ({
    path: path === '(root)' ? member : `${member}.${path}`,
    message,
  }));
  throw new Refusal('validation_error', { detail, errors });
}
