import { z } from 'zod';
import {
  flag,
  optionalFlag,
  optionalText,
  payloadKeys,
  secret,
  text,
  url,
  variable,
} from './variable-kinds.js';

/** The Temporal server that is used instead of the embedded one, and how to speak to it. */
export const temporalVariables = {
  temporalAddress: optionalText(
    'TEMPORAL_ADDRESS',
    'Temporal server as host:port, instead of the embedded one.',
  ),
  temporalNamespace: optionalText(
    'TEMPORAL_NAMESPACE',
    'Temporal namespace; `default`, or that of the profile.',
  ),
  temporalProfile: optionalText(
    'TEMPORAL_PROFILE',
    'Profile of the Temporal client configuration file (Temporal Cloud), instead of the embedded server.',
  ),
  temporalConfigFile: optionalText(
    'TEMPORAL_CONFIG_FILE',
    "That file, instead of temporalio/temporal.toml in the user's configuration folder.",
  ),
  temporalApiKey: secret('TEMPORAL_API_KEY', 'API key for Temporal Cloud; it turns TLS on.'),
  temporalTls: optionalFlag('TEMPORAL_TLS', 'Whether to speak TLS to Temporal.'),
  temporalTlsServerName: optionalText(
    'TEMPORAL_TLS_SERVER_NAME',
    "Name in the Temporal server's certificate.",
  ),
  temporalTlsServerCaCertPath: optionalText(
    'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
    'File of the CA of that certificate.',
  ),
  temporalTlsServerCaCertData: optionalText('TEMPORAL_TLS_SERVER_CA_CERT_DATA', 'The CA itself, in PEM.'),
  temporalTlsClientCertPath: optionalText(
    'TEMPORAL_TLS_CLIENT_CERT_PATH',
    'File of our certificate, for mTLS.',
  ),
  temporalTlsClientCertData: optionalText('TEMPORAL_TLS_CLIENT_CERT_DATA', 'The certificate itself, in PEM.'),
  temporalTlsClientKeyPath: optionalText('TEMPORAL_TLS_CLIENT_KEY_PATH', 'File of its key.'),
  temporalTlsClientKeyData: secret('TEMPORAL_TLS_CLIENT_KEY_DATA', 'The key itself, in PEM.'),
  temporalPayloadKeys: payloadKeys(
    'TEMPORAL_PAYLOAD_KEYS',
    'Keys for what the history at Temporal holds: the first encrypts, all of them decrypt. Plain when empty.',
  ),
  temporalPayloadEncrypt: flag(
    true,
    'TEMPORAL_PAYLOAD_ENCRYPT',
    'False: TEMPORAL_PAYLOAD_KEYS only decrypt. For the time in which some processes do not have the keys yet.',
  ),
  temporalUiUrl: url('TEMPORAL_UI_URL', 'Address of the Temporal Web UI, for links.', {
    schemes: ['http', 'https'],
  }),
  workerDeployment: text(
    'sluice',
    'WORKER_DEPLOYMENT',
    'Name of the worker deployment at Temporal, for WORKER_BUILD_ID.',
  ),
  workerBuildId: optionalText(
    'WORKER_BUILD_ID',
    'Version of this worker at Temporal: it takes work of workflows of that version alone. Any work when empty.',
  ),
  workerVersioning: variable({
    env: 'WORKER_VERSIONING',
    about:
      'Where a running workflow goes on when another version becomes the current one: there, or where it began.',
    allowed: 'auto-upgrade or pinned',
    schema: z.enum(['auto-upgrade', 'pinned']).default('auto-upgrade'),
  }),
} as const;
