/** `hookLine` and `hook_line` are "Hook line". */
export function wordsOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** The class of a cell whose date, number or id must not be cut in two. */
export function classOfCell(text: string): string | undefined {
  return /^[\w.,:/+%-]{1,40}$/.test(text) ? 'prose-word' : undefined;
}
