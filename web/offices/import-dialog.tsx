import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { notices } from '../notifications/notice-words';
import { isProblem } from '../app/problem';
import { toast } from '../app/toasts';
import type { LineError } from '../app/types';
import { useAction } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { AreaField, Field } from '../ui/field';
import { forgetNotices, recordCalls, type RecordKind } from '../notifications/notification-queries';
import { RecordTable } from '../ui/record-table';

interface ImportDialogProps {
  readonly kind: RecordKind;
  readonly onClose: () => void;
}

const examples: Readonly<Record<RecordKind, string>> = {
  offices: 'external_id,name,time_zone\ntokyo-1,Tokyo,Asia/Tokyo',
  staff:
    'office_external_id,email,name,notify_email,notify_push\ntokyo-1,aoi@example.com,Aoi Sato,true,false',
  deadlines: 'office_external_id,title,due_on\ntokyo-1,Fire safety inspection,2030-03-31',
};

interface Refusal {
  readonly count: number;
  readonly errors: readonly LineError[];
}

/** A file, all of it or nothing: what is wrong with it stands by line. */
export function ImportDialog({ kind, onClose }: ImportDialogProps) {
  const words = notices().importing;
  const file = useSignal<File | null>(null);
  const text = useSignal('');
  const refusal = useSignal<Refusal | null>(null);
  const { busy, run } = useAction();
  const start = async (): Promise<void> => {
    const content = file.value ?? text.value;
    const send = async (): Promise<void> => {
      refusal.value = null;
      const type = (await isNdjson(content)) ? 'application/x-ndjson' : 'text/csv';
      const report = await call(recordCalls[kind].importFile, { content: { type, data: content } });
      forgetNotices();
      toast({ tone: 'done', text: words.done(report.lines, report.created, report.updated) });
      onClose();
    };
    const shows = (error: unknown): boolean => {
      refusal.value = refusalOf(error);
      return refusal.value !== null;
    };
    await run(send, { shows });
  };
  const isReady = file.value !== null || text.value.trim() !== '';
  const footer = (
    <DialogChoice onClose={onClose} busy={busy.value} disabled={!isReady} onClick={() => void start()}>
      {words.start}
    </DialogChoice>
  );
  return (
    <Dialog title={words.title[kind]} wide onClose={onClose} footer={footer}>
      <p>{words.what}</p>
      <pre class="code" tabIndex={0}>
        {examples[kind]}
      </pre>
      <Field label={words.file}>
        {(tied) => (
          <input
            {...tied}
            class="input"
            type="file"
            accept=".csv,.ndjson,.jsonl,text/csv,application/x-ndjson"
            onChange={(event) => (file.value = event.currentTarget.files?.[0] ?? null)}
          />
        )}
      </Field>
      {file.value === null && (
        <AreaField
          label={words.paste}
          rows={6}
          code
          value={text.value}
          onChange={(value) => (text.value = value)}
        />
      )}
      {refusal.value !== null && <Errors refusal={refusal.value} />}
    </Dialog>
  );
}

function Errors({ refusal: { count, errors } }: { readonly refusal: Refusal }) {
  const words = notices().importing;
  return (
    <div role="alert">
      <p class="note note-failed">{words.refused(count)}</p>
      <RecordTable
        label={words.problem}
        items={errors.map((error) => ({ ...error, id: `${error.line} ${error.field} ${error.message}` }))}
        columns={[
          { name: words.line, kind: 'number', cell: ({ line }) => line },
          { name: words.field, cell: ({ field }) => <code>{field === '' ? '–' : field}</code> },
          { name: words.problem, cell: ({ message }) => <span dir="auto">{message}</span> },
        ]}
      />
    </div>
  );
}

async function isNdjson(content: File | string): Promise<boolean> {
  const start = typeof content === 'string' ? content : await content.slice(0, 1_000).text();
  return start.trimStart().startsWith('{');
}

function refusalOf(error: unknown): Refusal | null {
  if (!isProblem(error, 'validation_error')) return null;
  const { line_errors: errors, error_count: count } = error.problem;
  return Array.isArray(errors) ? { errors: errors as LineError[], count: Number(count) } : null;
}
