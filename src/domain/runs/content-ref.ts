/** Content that lives in the database. Only this much of it travels through a workflow's history. */
export interface ContentRef {
  readonly sha256: string;
  readonly bytes: number;
  readonly preview: string;
}

const PREVIEW_CHARACTERS = 200;

/** The first characters of a text, without cutting a character in two. */
export function previewOf(text: string): string {
  const characters = Array.from(text.slice(0, PREVIEW_CHARACTERS * 2));
  if (characters.length <= PREVIEW_CHARACTERS && text.length <= PREVIEW_CHARACTERS * 2) return text;
  return `${characters.slice(0, PREVIEW_CHARACTERS).join('')}…`;
}
