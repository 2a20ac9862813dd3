import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from './cli-error.js';

const profileSchema = z.object({ url: z.url(), apiKey: z.string().min(1) });
export type Profile = z.infer<typeof profileSchema>;

export const STANDARD_PROFILE = 'default';

export function profileFile(name: string, configHome: string | undefined): string {
  if (!/^[\w-]{1,64}$/.test(name))
    throw new UsageError('The name of a profile is made of letters, digits, _ and -.');
  return join(configHome ?? join(homedir(), '.config'), 'sluice', `${name}.json`);
}

export async function readProfile(file: string): Promise<Profile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`The profile ${file} cannot be read.`);
  }
  const parsed = profileSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new UsageError(`The profile ${file} is not one: \`sluice login\` writes it anew.`);
  return parsed.data;
}

/** For its owner alone from its first byte: the key must not be readable even while the file is written. */
export async function writeProfile(file: string, profile: Profile): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
