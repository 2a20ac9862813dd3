import { t } from '../app/i18n';

const ids = ['state', 'progress', 'template', 'owner', 'cost', 'changed'] as const;
export type SessionColumn = (typeof ids)[number];

interface NamedColumn {
  readonly id: SessionColumn;
  readonly name: string;
}

/** Beside the topic, which is always there. */
export function sessionColumns(): readonly NamedColumn[] {
  return ids.map((id) => ({ id, name: t().sessions[id] }));
}
