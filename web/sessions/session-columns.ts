import { t } from '../app/i18n';

const ids = ['state', 'progress', 'template', 'owner', 'cost', 'changed'] as const;
export type SessionColumn = (typeof ids)[number];

interface NamedColumn {
  readonly id: SessionColumn;
  readonly name: string;
  /** The source of its numbers. */
  readonly basis: string | undefined;
}

/** Beside the topic, which is always there. */
export function sessionColumns(): readonly NamedColumn[] {
  const bases: Partial<Record<SessionColumn, string>> = {
    progress: t().session.percentBasis,
    cost: t().sessions.costBasis,
  };
  return ids.map((id) => ({ id, name: t().sessions[id], basis: bases[id] }));
}
