import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** The ids on stdin, one a line. */
export async function readIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const id = line.trim();
    if (id !== '') ids.push(id);
  }
  return ids;
}

/** The first line of stdin. On a terminal nothing of it is shown: a key must not stay in the scrollback. */
export async function readSecret(question: string): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (!isTerminal) return (await readIds())[0] ?? '';
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reading = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return (await reading.question('')).trim();
  } finally {
    reading.close();
    process.stderr.write('\n');
  }
}
