import { Refusal } from '../../contracts/refusal.js';
import type { TemplateDefinition } from '../../contracts/templates/template.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { deleteTemplate, insertTemplateVersion, type TemplateVersion } from '../../db/templates/templates.js';

interface AskedBy {
  readonly principal: Principal;
  readonly origin: Origin;
}

/** The same definition as the newest version is no new version, and leaves no entry. */
export async function publishTemplate(
  tx: Tx,
  definition: TemplateDefinition,
  { principal, origin }: AskedBy,
): Promise<{ readonly template: TemplateVersion; readonly inserted: boolean }> {
  const published = await insertTemplateVersion(tx, definition, principal.userId);
  const { template, inserted } = published;
  if (!inserted) return published;
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: template.version === 1 ? 'created' : 'version_published',
    resourceType: 'template',
    resourceId: template.name,
    after: { version: template.version, sha256: template.sha256 },
  });
  return published;
}

/** Hides every version from new sessions; those that run keep theirs. */
export async function removeTemplate(tx: Tx, name: string, { principal, origin }: AskedBy): Promise<void> {
  const hidden = await deleteTemplate(tx, name);
  if (hidden === 0) throw new Refusal('not_found');
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'deleted',
    resourceType: 'template',
    resourceId: name,
    after: { versionsHidden: hidden },
  });
}
