import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Config } from '../config.js';
import { payloadCodecOf } from './payload-codec.js';

const sealedFailures = fileURLToPath(new URL('./sealed-failures.cjs', import.meta.url));

/** For client and worker alike. Undefined: payloads and failures are plain. */
export function dataConverterOf(
  config: Pick<Config, 'temporalPayloadKeys' | 'temporalPayloadEncrypt'>,
): DataConverter | undefined {
  const codec = payloadCodecOf(config);
  if (codec === undefined) return undefined;
  return codec.seals
    ? { payloadCodecs: [codec], failureConverterPath: sealedFailures }
    : { payloadCodecs: [codec] };
}
