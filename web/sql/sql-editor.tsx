import { useSignalEffect, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { loadPart } from '../live/load-part';
import type { SqlTable } from '../app/types';

interface SqlEditorProps {
  /** At every moment what the editor holds: a text that is a rendering old would undo what was typed since. */
  readonly text: Signal<string>;
  readonly tables: readonly SqlTable[];
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

interface OpenEditor {
  setText(text: string): void;
  setTables(tables: readonly SqlTable[]): void;
  close(): void;
}

/** The editor itself is a part of its own: it is larger than everything else together. */
export function SqlEditor({ text, tables, onChange, onRun }: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<OpenEditor | null>(null);
  const now = useRef({ tables, onChange, onRun });
  now.current = { tables, onChange, onRun };
  useEffect(() => {
    let isGone = false;
    void loadPart(() => import('./code-editor')).then(({ openEditor }) => {
      if (isGone || place.current === null) return;
      editor.current = openEditor(place.current, {
        text: text.peek(),
        tables: now.current.tables,
        label: t().sql.statement,
        onChange: (next) => now.current.onChange(next),
        onRun: () => now.current.onRun(),
      });
    });
    return () => {
      isGone = true;
      editor.current?.close();
    };
  }, []);
  useSignalEffect(() => {
    const { value } = text;
    editor.current?.setText(value);
  });
  useEffect(() => editor.current?.setTables(tables), [tables]);
  return <div class="sql-editor" ref={place} />;
}
