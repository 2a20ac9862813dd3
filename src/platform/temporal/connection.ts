import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ConfigError, type Config } from '../config.js';
import { dataConverterOf } from './data-converter.js';

/** Where Temporal is and how to speak to it: fits `Connection` (API) and `NativeConnection` (worker) alike. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  readonly connection: TemporalConnectionOptions;
  /** Undefined: what the history holds is plain. */
  readonly dataConverter: DataConverter | undefined;
}

interface TemporalConnectionOptions {
  address: string;
  tls?: TemporalTls | boolean;
  apiKey?: string;
  metadata?: Record<string, string>;
}

interface TemporalTls {
  serverNameOverride?: string;
  serverRootCACertificate?: Uint8Array;
  clientCertPair?: { crt: Uint8Array; key: Uint8Array };
}

const STANDARD_ADDRESS = '127.0.0.1:7233';
const STANDARD_NAMESPACE = 'default';

/** True: Temporal is somebody else's to run, and `npm start` starts none. */
export function usesOwnTemporal(config: Config): boolean {
  return readsProfile(config) || config.temporalAddress !== undefined;
}

/**
 * Variables win over the profile of the file. The file is read only when a profile or a file is named. A profile in
 * the home folder must not turn `npm start` into a client of production.
 */
export function temporalTarget(config: Config): TemporalTarget {
  const { connectionOptions, namespace } = load(config);
  const { tls, apiKey, metadata } = connectionOptions;
  const address = connectionOptions.address ?? (readsProfile(config) ? undefined : STANDARD_ADDRESS);
  if (address === undefined || address === '') {
    throw new ConfigError([
      `TEMPORAL_PROFILE: ${named(config)} names no address, and TEMPORAL_ADDRESS is not set`,
    ]);
  }
  return {
    address,
    namespace: namespace ?? STANDARD_NAMESPACE,
    dataConverter: dataConverterOf(config),
    connection: {
      address,
      ...(tls === undefined || tls === null
        ? {}
        : { tls: typeof tls === 'boolean' ? tls : withoutBlanks(tls) }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
    },
  };
}

function load(config: Config): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({
      overrideEnvVars: variablesOf(config),
      disableFile: !readsProfile(config),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what = readsProfile(config)
      ? `TEMPORAL_PROFILE: ${named(config)}`
      : 'TEMPORAL_TLS_*: what they name';
    throw new ConfigError([`${what} cannot be used: ${why}`]);
  }
}

function readsProfile(config: Config): boolean {
  return config.temporalProfile !== undefined || config.temporalConfigFile !== undefined;
}

function named(config: Config): string {
  const profile = config.temporalProfile ?? 'default';
  return `profile "${profile}" of ${config.temporalConfigFile ?? "temporalio/temporal.toml in the user's configuration folder"}`;
}

/** Variables that envconfig would read from the process itself: only those of our own table reach it. */
function variablesOf(config: Config): Record<string, string> {
  const all: Record<string, string | undefined> = {
    TEMPORAL_CONFIG_FILE: config.temporalConfigFile,
    TEMPORAL_PROFILE: config.temporalProfile,
    TEMPORAL_ADDRESS: config.temporalAddress,
    TEMPORAL_NAMESPACE: config.temporalNamespace,
    TEMPORAL_API_KEY: config.temporalApiKey,
    TEMPORAL_TLS: config.temporalTls?.toString(),
    TEMPORAL_TLS_SERVER_NAME: config.temporalTlsServerName,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: config.temporalTlsServerCaCertPath,
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: config.temporalTlsServerCaCertData,
    TEMPORAL_TLS_CLIENT_CERT_PATH: config.temporalTlsClientCertPath,
    TEMPORAL_TLS_CLIENT_CERT_DATA: config.temporalTlsClientCertData,
    TEMPORAL_TLS_CLIENT_KEY_PATH: config.temporalTlsClientKeyPath,
    TEMPORAL_TLS_CLIENT_KEY_DATA: config.temporalTlsClientKeyData,
    HOME: homedir(),
    APPDATA: join(homedir(), 'AppData', 'Roaming'),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function withoutBlanks(tls: { [Key in keyof TemporalTls]: TemporalTls[Key] | undefined }): TemporalTls {
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = tls;
  return {
    ...(serverNameOverride === undefined ? {} : { serverNameOverride }),
    ...(serverRootCACertificate === undefined ? {} : { serverRootCACertificate }),
    ...(clientCertPair === undefined ? {} : { clientCertPair }),
  };
}
