import { autocompletion, closeCompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { formatStatement } from '../../src/domain/sql/format-statement.js';
import type { SqlTable } from '../app/types';

export interface EditorOptions {
  readonly text: string;
  readonly tables: readonly SqlTable[];
  readonly label: string;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

/**
 * In a shadow root the editor brings its styles as a sheet. In the page they would be inline, which the
 * policy forbids. CodeMirror: words of SQL and of the tables are completed, mod+Enter runs, and shift+alt+F
 * lays out. Tab leaves it, as in any other field.
 */
export function openEditor(parent: HTMLElement, options: EditorOptions) {
  const words = new Compartment();
  const run = { key: 'Mod-Enter', run: (from: EditorView) => (closeCompletion(from), options.onRun(), true) };
  const format = { key: 'Shift-Alt-f', run: laidOut };
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
        syntaxHighlighting(colors),
        Prec.highest(keymap.of([run, format])),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.domEventHandlers({
          blur: (_event, left) => closeCompletionsOf(left),
          beforeinput: typedOver,
        }),
        EditorView.lineWrapping,
        EditorView.theme(looks),
        // A reader who cannot point scrolls a long statement by the keys of its text.
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
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

function laidOut(view: EditorView): boolean {
  const { doc } = view.state;
  view.dispatch({ changes: { from: 0, to: doc.length, insert: formatStatement(doc.toString()) } });
  return true;
}

/** Chromium gives new text the look of what it replaces by an inline style, which the policy reports. */
function typedOver({ inputType, data }: InputEvent, view: EditorView): boolean {
  if (inputType !== 'insertText' || data === null || view.composing) return false;
  if (view.state.selection.main.empty) return false;
  const change = view.state.replaceSelection(data);
  view.dispatch(change, { userEvent: 'input.type', scrollIntoView: true });
  return true;
}

/** A late list of completions would open over the page after the person has left the editor. */
function closeCompletionsOf(view: EditorView): void {
  // After the event: a view that changes itself takes no other change meanwhile.
  setTimeout(() => closeCompletion(view));
}

/** The page's own colours, which follow its theme by themselves. */
const looks = {
  '&': { minHeight: '120px', maxHeight: '40vh', color: 'var(--ink)', background: 'var(--surface)' },
  '.cm-scroller': { font: '13px/20px var(--mono)' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-gutters': {
    color: 'var(--ink-2)',
    background: 'var(--surface)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-tooltip': {
    color: 'var(--ink)',
    background: 'var(--surface)',
    border: '1px solid var(--line-strong)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--ink)',
    background: 'var(--chosen)',
  },
};

/** Text needs contrast: the library's colours become darker on white, and lighter on dark. */
const colors = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) => {
    const { color } = spec as { readonly color?: string };
    if (color === undefined) return spec;
    return Object.assign({}, spec, {
      color: `light-dark(color-mix(in oklab, ${color} 75%, black), color-mix(in oklab, ${color} 35%, white))`,
    });
  }),
);

function languageOf(tables: readonly SqlTable[]) {
  const schema = Object.fromEntries(
    tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
  );
  return sql({ dialect: PostgreSQL, schema });
}
