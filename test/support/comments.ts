import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The comments of a file, each as one line of text without its stars and slashes. */
export function commentsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const places = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    for (const { pos, end } of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [])
      places.set(pos, text.slice(pos, end));
    ts.forEachChild(node, visit);
  };
  visit(source);
  const lines = [...places].sort(([a], [b]) => a - b).map(([, comment]) => comment);
  return lines.map((comment) => comment.replace(/\*\/|^\s*(\/\*+|\*|\/\/)/gm, ' ').replace(/\s+/g, ' '));
}

/** The sentences of a comment. An example is code and a word to a tool is for the tool: neither has any. */
export function sentencesOf(comment: string): string[] {
  if (/^\s*(eslint|@ts-|prettier)/.test(comment)) return [];
  return comment
    .replace(/@example.*/, '')
    .trim()
    .split(/(?<=[.!?]) /);
}
