import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A block that begins a line, lines of `//` below each other as a whole, or a `//` behind code. */
const COMMENT = /^[ \t]*(\/\*[\s\S]*?\*\/|\/\/.*(\n[ \t]*\/\/.*)*)|[ \t]\/\/ .*$/gm;
const STARS_AND_SLASHES = /\*\/|^\s*(\/\*+|\*|\/\/)/gm;

/** The comments of a text, each in one line without its stars and slashes. It reads text, since parsing is slow. */
export function commentsOf(text: string): string[] {
  const comments = text.match(COMMENT) ?? [];
  return comments.map((comment) => comment.replace(STARS_AND_SLASHES, ' ').replace(/\s+/g, ' ').trim());
}

/** The sentences of a comment. An example is code, and a word to a tool is no sentence. */
export function sentencesOf(comment: string): string[] {
  if (/^(oxlint|@ts-)/.test(comment)) return [];
  return comment.replace(/@example.*/, '').split(/(?<=[.!?]) /);
}

/** Every file below `folder` that people comment, relative to `root`. */
export function commentedFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|mjs|css)$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}
