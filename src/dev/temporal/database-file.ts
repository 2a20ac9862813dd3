import { existsSync, rmSync, writeFileSync } from 'node:fs';

/**
 * The server makes its schema in several commits, and takes a file that is there for a finished one. So a server that dies in
 * between leaves a file that no later one starts on.
 *
 * F1. A mark stands beside the file from before it is made until the server first answers. Until then it holds no workflow.
 * F2. A file with the mark of an earlier start is made anew when the server does not start on it.
 * F3. A file without the mark is never removed, whatever the server says.
 */
export async function startOnDatabase(file: string, start: () => Promise<void>): Promise<void> {
  const mark = `${file}.making`;
  const isLeftOver = existsSync(file) && existsSync(mark);
  if (!existsSync(file)) writeFileSync(mark, '', { mode: 0o600 });
  try {
    await start();
  } catch (error) {
    if (!isLeftOver) throw error;
    for (const part of [file, `${file}-wal`, `${file}-shm`]) rmSync(part, { force: true });
    await start();
  }
  rmSync(mark, { force: true });
}
