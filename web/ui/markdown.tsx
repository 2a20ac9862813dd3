import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { loadPart } from '../live/load-part';

type Draw = (source: string) => VNode;

const draw = signal<Draw | undefined>(undefined);
let asked = false;

/** The reader of Markdown is large, and no list needs it. */
export function loadMarkdown(): void {
  if (asked) return;
  asked = true;
  void loadPart(() => import('./markdown-tree')).then(
    ({ drawMarkdown }) => (draw.value = drawMarkdown),
    () => (asked = false),
  );
}

/** Beyond this a text is shown as it is: to typeset it would hold up the page. */
const MOST_TYPESET = 300_000;

interface MarkdownProps {
  readonly text: string;
  readonly streaming?: boolean;
}

/** Text of a model or a person, typeset. It becomes elements, never HTML. */
export function Markdown({ text, streaming = false }: MarkdownProps) {
  loadMarkdown();
  const isPlain = draw.value === undefined || text.length > MOST_TYPESET;
  return (
    <div class={streaming ? 'prose prose-streaming' : 'prose'} dir="auto">
      {isPlain ? <pre class="prose-plain">{text}</pre> : draw.value?.(text)}
    </div>
  );
}
