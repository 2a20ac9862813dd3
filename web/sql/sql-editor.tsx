import { useEffect, useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import type { SqlTable } from './sql-queries';

interface SqlEditorProps {
  readonly text: string;
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
  const handlers = useRef({ onChange, onRun });
  handlers.current = { onChange, onRun };
  useEffect(() => {
    let isGone = false;
    void import('./code-editor').then(({ openEditor }) => {
      if (isGone || place.current === null) return;
      editor.current = openEditor(place.current, {
        text,
        tables,
        label: t().sql.statement,
        onChange: (next) => handlers.current.onChange(next),
        onRun: () => handlers.current.onRun(),
      });
    });
    return () => {
      isGone = true;
      editor.current?.close();
    };
  }, []);
  useEffect(() => editor.current?.setText(text), [text]);
  useEffect(() => editor.current?.setTables(tables), [tables]);
  return <div class="sql-editor" ref={place} />;
}
