import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { isAdmin } from '../app/me';
import type { ReportQuery, ReportRequest } from '../app/types';
import { SelectField, TextField } from '../ui/field';
import { newQuery, QueryFields } from './query-fields';

const formats = ['html', 'pdf', 'md', 'json', 'csv'] as const;

export interface ReportDraft {
  readonly type: NonNullable<ReportRequest['type']>;
  readonly format: NonNullable<ReportRequest['format']>;
  readonly title: string;
  readonly sessionId: string;
  readonly hours: string;
  readonly queries: readonly ReportQuery[];
}

export const newReport: ReportDraft = {
  type: 'activity',
  format: 'html',
  title: '',
  sessionId: '',
  hours: '24',
  queries: [newQuery],
};

/** False while something is missing that the report cannot do without. */
export function isComplete({ type, sessionId, queries }: ReportDraft): boolean {
  if (type === 'cot-session') return sessionId !== '';
  if (type !== 'sql') return true;
  return queries.every(({ title, sql }) => title.trim() !== '' && sql.trim() !== '');
}

export function requestOf({ type, format, title, sessionId, hours, queries }: ReportDraft): ReportRequest {
  const every = title.trim() === '' ? { format } : { format, title: title.trim() };
  switch (type) {
    case 'activity':
      return { type, ...every, params: { hours: Number(hours) } };
    case 'cot-session':
      return { type, ...every, sessionId };
    case 'sql':
      return { type, ...every, queries: [...queries] };
    case 'audit':
      return { type, ...every };
  }
}

interface ReportFieldsProps {
  readonly draft: ReportDraft;
  readonly onChange: (draft: ReportDraft) => void;
}

/** The subject and the format of a report. */
export function ReportFields({ draft, onChange }: ReportFieldsProps) {
  const words = t().reports;
  const set = (change: Partial<ReportDraft>): void => onChange({ ...draft, ...change });
  const types = (['activity', 'cot-session', 'sql', 'audit'] as const).filter(
    (type) => type !== 'audit' || isAdmin(),
  );
  return (
    <>
      <SelectField
        label={words.type}
        hint={words.typeHints[draft.type]}
        value={draft.type}
        options={types.map((type) => [type, words.types[type]] as const)}
        onChange={(type) => set({ type: type as ReportDraft['type'] })}
      />
      {draft.type === 'cot-session' && (
        <SessionField value={draft.sessionId} onChange={(sessionId) => set({ sessionId })} />
      )}
      {draft.type === 'sql' && (
        <QueryFields queries={draft.queries} onChange={(queries) => set({ queries })} />
      )}
      {draft.type === 'activity' && (
        <SelectField
          label={words.hours}
          value={draft.hours}
          options={['1', '24', '168', '720'].map((hours) => [hours, words.hoursBack(Number(hours))] as const)}
          onChange={(hours) => set({ hours })}
        />
      )}
      <div class="grid-2">
        <SelectField
          label={words.format}
          value={draft.format}
          options={formats.map((format) => [format, words.formats[format]] as const)}
          onChange={(format) => set({ format: format as ReportDraft['format'] })}
        />
        <TextField
          label={words.title}
          value={draft.title}
          onChange={(title) => set({ title })}
          maxLength={200}
        />
      </div>
    </>
  );
}

function SessionField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const sessions = useQuery({
    queryKey: ['sessions', 'for-report'],
    queryFn: ({ signal }) => call('listSessions', { query: { limit: 100 }, signal }),
  });
  const items = (sessions.data?.items ?? []).map(({ id, topic }) => [id, topic.slice(0, 100)] as const);
  return (
    <SelectField
      label={t().reports.session}
      value={value}
      options={[['', t().compare.nothing] as const, ...items]}
      onChange={onChange}
    />
  );
}
