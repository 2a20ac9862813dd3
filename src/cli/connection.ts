import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../platform/config.js';
import { CliError } from './cli-error.js';

const devFile = z.object({
  apiUrl: z.url(),
  adminApiKey: z.string(),
  databaseUrl: z.string().optional(),
  temporalAddress: z.string().optional(),
});

export type LocalStack = z.infer<typeof devFile>;

export interface ApiConnection {
  readonly url: string;
  readonly apiKey: string;
}

/** What a running `npm start` has written about itself. */
export async function readLocalStack(home: string): Promise<LocalStack | undefined> {
  try {
    return devFile.parse(JSON.parse(await readFile(join(home, 'dev.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** SLUICE_URL with SLUICE_API_KEY, or the stack that runs in SLUICE_HOME. Never one's key for the other's address. */
export async function resolveConnection(config: Config): Promise<ApiConnection> {
  if (config.apiUrl !== undefined) {
    if (config.apiKey === undefined)
      throw new CliError('SLUICE_URL is set: set SLUICE_API_KEY too, an API key of that API.');
    return { url: config.apiUrl, apiKey: config.apiKey };
  }
  const local = await readLocalStack(config.home);
  if (local === undefined) {
    throw new CliError(
      `There is no running stack in ${config.home}: run \`npm start\` there, or set SLUICE_URL and SLUICE_API_KEY.`,
    );
  }
  return { url: local.apiUrl, apiKey: config.apiKey ?? local.adminApiKey };
}
