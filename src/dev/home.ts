import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that holds everything of one stack. */
export interface Home {
  readonly folder: string;
  readonly postgres: string;
  readonly temporalDatabase: string;
  readonly secrets: string;
  /** For the CLI and for scripts: where everything is, and keys for it. */
  readonly devFile: string;
  readonly cache: string;
  logFile(part: string): string;
}

export function openHome(path: string): Home {
  const folder = resolve(path);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    // Root's PostgreSQL is another user, who passes through and reads nothing on the way.
    chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
  }
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  return {
    folder,
    postgres: join(folder, 'postgres'),
    temporalDatabase: join(folder, 'temporal.db'),
    secrets: join(folder, 'secrets.json'),
    devFile: join(folder, 'dev.json'),
    cache: join(folder, 'cache'),
    logFile: (part) => join(folder, 'logs', `${part}.log`),
  };
}
