import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../platform/config.js';
import { CliError, exitCodes, UsageError } from './cli-error.js';
import { profileFile, readProfile, STANDARD_PROFILE } from './profile.js';

const devFile = z.object({
  apiUrl: z.url(),
  adminApiKey: z.string(),
  databaseUrl: z.string().optional(),
  temporalAddress: z.string().optional(),
  sqlDataSources: z.string().optional(),
});

export type LocalStack = z.infer<typeof devFile>;

export interface ApiConnection {
  readonly url: string;
  readonly apiKey: string;
}

export interface ConnectionFlags {
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
  readonly profile: string | undefined;
}

/** The description that a running `npm start` has written of itself. */
export async function readLocalStack(home: string): Promise<LocalStack | undefined> {
  try {
    return devFile.parse(JSON.parse(await readFile(join(home, 'dev.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Flags over environment over profile over the stack that runs in SLUICE_HOME. Address and key come from one of them: a
 * key that belongs to one address never reaches another.
 */
export async function resolveConnection(config: Config, flags: ConnectionFlags): Promise<ApiConnection> {
  const { url = config.apiUrl, apiKey, profile } = flags;
  if (profile !== undefined && flags.url !== undefined)
    throw new UsageError('--profile names an address and a key: leave --url out.');
  if (profile !== undefined) return withKey(await namedProfile(config, profile), apiKey);
  if (url !== undefined) {
    const isOwnKey = flags.url === undefined || config.apiUrl === undefined || config.apiUrl === url;
    const key = apiKey ?? (isOwnKey ? config.apiKey : undefined);
    if (key !== undefined) return { url, apiKey: key };
    throw new CliError(
      flags.url === undefined
        ? 'SLUICE_URL is set: set SLUICE_API_KEY too, an API key of that API.'
        : '--url is given: give --api-key too, an API key of that API.',
      exitCodes.auth,
    );
  }
  if (config.cliProfile !== undefined) return withKey(await namedProfile(config, config.cliProfile), apiKey);
  return standardConnection(config, apiKey ?? config.apiKey);
}

async function standardConnection(config: Config, apiKey: string | undefined): Promise<ApiConnection> {
  const saved = await readProfile(profileFile(STANDARD_PROFILE, config.configHome));
  if (saved !== undefined) return withKey(saved, apiKey);
  const local = await readLocalStack(config.home);
  if (local !== undefined) return { url: local.apiUrl, apiKey: apiKey ?? local.adminApiKey };
  throw new CliError(
    `There is no running stack in ${config.home}: run \`npm start\` there, \`sluice login\`, or set SLUICE_URL and SLUICE_API_KEY.`,
  );
}

async function namedProfile(config: Config, name: string): Promise<ApiConnection> {
  const saved = await readProfile(profileFile(name, config.configHome));
  if (saved === undefined)
    throw new UsageError(`There is no profile ${name}: \`sluice login --profile ${name}\` makes it.`);
  return saved;
}

function withKey(connection: ApiConnection, apiKey: string | undefined): ApiConnection {
  return apiKey === undefined ? connection : { url: connection.url, apiKey };
}
