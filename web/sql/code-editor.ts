import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { defaultHighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import type { SqlTable } from './sql-queries';

export interface EditorOptions {
  readonly text: string;
  readonly tables: readonly SqlTable[];
  readonly label: string;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

/**
 * In a root of its own the editor brings its styles as a sheet; in the page they would be inline, which the policy forbids.
 * CodeMirror: words of SQL and of the tables are completed, and mod+Enter runs. Tab leaves it, as in any
 * other field.
 */
export function openEditor(parent: HTMLElement, options: EditorOptions) {
  const words = new Compartment();
  const run = { key: 'Mod-Enter', run: () => (options.onRun(), true) };
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        autocompletion(),
        words.of(languageOf(options.tables)),
        syntaxHighlighting(defaultHighlightStyle),
        Prec.highest(keymap.of([run])),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.theme({
          '&': { minHeight: '120px', maxHeight: '40vh' },
          '.cm-scroller': { font: '13px/20px var(--mono)' },
        }),
        EditorView.contentAttributes.of({ 'aria-label': options.label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (text: string): void => {
      const { doc } = view.state;
      if (doc.toString() !== text) view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
    },
    setTables: (tables: readonly SqlTable[]): void =>
      view.dispatch({ effects: words.reconfigure(languageOf(tables)) }),
    close: (): void => view.destroy(),
  };
}

function languageOf(tables: readonly SqlTable[]) {
  const schema = Object.fromEntries(
    tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
  );
  return sql({ dialect: PostgreSQL, schema });
}
