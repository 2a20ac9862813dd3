import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import { formatStatement } from '../../src/domain/sql/format-statement.js';
import { useDraft, type Draft } from '../app/drafts';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import { isProblem } from '../app/problem';
import type { SavedQuery, SqlQuestion, SqlSession, SqlTable } from '../app/types';
import { useAction } from '../app/use-action';
import { useInbox } from '../inbox/inbox-items';
import { Button } from '../ui/button';
import { Panel } from '../ui/panel';
import { ConfirmDialog } from './confirm-dialog';
import { SavedQueries, SaveQueryDialog, type UnsavedQuery } from './saved-queries';
import { SqlEditor } from './sql-editor';
import { SqlHistory } from './sql-history';
import { execute, useDataSources, useSchema, useSqlSession } from './sql-queries';
import { SqlRun } from './sql-run';
import { SqlParameters, SqlStatement } from './sql-statement';
import { SchemaTree } from './schema-tree';

/** Always the same one: the editor learns its words anew whenever they are others. */
const noTables: readonly SqlTable[] = [];

type Asked = Pick<SqlQuestion, 'id' | 'sql' | 'estimate'>;

/** Ask a database, see how far it is, and read what came: the address holds which run is shown. */
export function SqlPage() {
  const address = useAddress();
  const id = useRoute().params['id'] ?? '';
  const shown = useSqlSession(id).data;
  const source = address.get('source') || shown?.data_source || 'demo';
  const draft = useDraft('sql', id === '' ? 'select 1' : (shown?.sql ?? ''));
  const { busy, run } = useAction();
  const asks = useSignal<Asked | null>(null);
  const wanted = address.get('confirmation');
  const waiting = useInbox().data?.find((item) => item.id === wanted)?.question ?? null;
  const saving = useSignal<UnsavedQuery | null>(null);
  /** Its parameters go along as long as its statement is the one in the editor. */
  const taken = useSignal<SavedQuery | null>(null);
  const fault = useSignal<string | undefined>(undefined);
  const tables = useSchema(source).data?.tables ?? noTables;
  const question = asks.value ?? waiting;
  usePageTitle(t().nav.sql);
  const start = async (): Promise<void> => {
    const sql = draft.text.value;
    const submit = async (): Promise<void> => {
      fault.value = undefined;
      const accepted = await execute({ sql, params: paramsOf(sql), data_source: source });
      if (accepted.status === 'confirmation_required')
        asks.value = { id: accepted.confirmation_id, sql, estimate: accepted.estimate };
      else show(accepted.session_id);
    };
    await run(submit, { shows: (error) => (fault.value = faultOf(error)) !== undefined });
  };
  const show = (session: string): void => {
    asks.value = null;
    address.go(`/sql/${session}${source === 'demo' ? '' : `?source=${source}`}`);
  };
  const paramsOf = (sql: string): SqlSession['params'] =>
    [shown, taken.value].find((each) => each?.sql === sql)?.params ?? [];
  const save = (): void => {
    const sql = draft.text.value;
    saving.value = { sql, data_source: source, params: paramsOf(sql) };
  };
  const takeUp = (query: SavedQuery): void => {
    taken.value = query;
    draft.set(query.sql);
    address.set({ source: query.data_source }, true);
  };
  return (
    <div class="page sql-page">
      <header class="page-head">
        <h1>{t().nav.sql}</h1>
        <SourceChoice source={source} />
      </header>
      <div class="sql-columns">
        <SqlSide source={source} chosen={id} draft={draft} onSaved={takeUp} />
        <div class="sql-main">
          <SqlEditor text={draft.text} tables={tables} onChange={draft.set} onRun={() => void start()} />
          {shown?.sql !== draft.text.value && <SqlParameters params={paramsOf(draft.text.value)} />}
          {fault.value !== undefined && (
            <p class="note note-failed" role="alert">
              {fault.value}
            </p>
          )}
          <EditorActions draft={draft} busy={busy.value} onRun={() => void start()} onSave={save} />
          {id !== '' && (
            <Panel reset={id}>
              {shown !== undefined && (
                <SqlStatement session={shown} draft={draft.text.value} onPick={draft.set} />
              )}
              <SqlRun key={id} id={id} onQuery={draft.set} />
            </Panel>
          )}
        </div>
      </div>
      {saving.value !== null && (
        <SaveQueryDialog query={saving.value} onClose={() => (saving.value = null)} />
      )}
      {question !== null && (
        <ConfirmDialog
          key={question.id}
          question={question}
          onRun={show}
          onClose={() => {
            asks.value = null;
            address.set({ confirmation: undefined }, true);
          }}
        />
      )}
    </div>
  );
}

interface EditorActionsProps {
  readonly draft: Draft;
  readonly busy: boolean;
  readonly onRun: () => void;
  readonly onSave: () => void;
}

function EditorActions({ draft, busy, onRun, onSave }: EditorActionsProps) {
  const words = t().sql;
  const isEmpty = draft.text.value.trim() === '';
  const format = (): void => draft.set(formatStatement(draft.text.value));
  return (
    <p class="row">
      <Button kind="primary" icon="play" hint="mod+Enter" busy={busy} disabled={isEmpty} onClick={onRun}>
        {words.run}
      </Button>
      <Button hint="shift+alt+F" disabled={isEmpty} onClick={format}>
        {words.format}
      </Button>
      <Button disabled={isEmpty} onClick={onSave}>
        {words.save}
      </Button>
    </p>
  );
}

interface SqlSideProps {
  readonly source: string;
  readonly chosen: string;
  readonly draft: Draft;
  readonly onSaved: (query: SavedQuery) => void;
}

/** A statement that the editor can take up. */
function SqlSide({ source, chosen, draft, onSaved }: SqlSideProps) {
  return (
    <aside class="sql-side" aria-label={t().sql.tables}>
      <Panel reset={source}>
        <SchemaTree source={source} onPick={(text) => draft.set(`${draft.text.value} ${text}`.trimStart())} />
      </Panel>
      <Panel>
        <SavedQueries onPick={onSaved} />
      </Panel>
      <Panel>
        <SqlHistory chosen={chosen} onPick={draft.set} />
      </Panel>
    </aside>
  );
}

/** A fault of the statement stands at the editor, with its place. */
function faultOf(error: unknown): string | undefined {
  if (isProblem(error, 'sql_too_large')) return t().sql.tooLarge;
  if (!isProblem(error, 'sql_syntax_error', 'sql_not_allowed', 'validation_error')) return undefined;
  const { line, column } = error.problem;
  return line === undefined ? error.message : `${error.message} (${String(line)}:${String(column)})`;
}

function SourceChoice({ source }: { readonly source: string }) {
  const address = useAddress();
  const sources = useDataSources().data?.data_sources ?? [];
  return (
    <select
      class="input input-small"
      aria-label={t().sql.source}
      value={source}
      onChange={(event) => address.set({ source: event.currentTarget.value }, true)}
    >
      {sources.every(({ name }) => name !== source) && <option value={source}>{source}</option>}
      {sources.map(({ name, title }) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}
