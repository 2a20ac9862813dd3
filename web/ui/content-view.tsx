import { DataView } from './data-view';
import { Markdown } from './markdown';

interface ContentProps {
  readonly text: string;
  readonly contentType: string | null;
  readonly streaming?: boolean;
}

/** A stored content: data as data, everything else as Markdown. */
export function ContentView({ text, contentType, streaming = false }: ContentProps) {
  const data = contentType === 'application/json' ? parse(text) : undefined;
  if (data !== undefined) return <DataView value={data} />;
  return <Markdown text={text} streaming={streaming} />;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
