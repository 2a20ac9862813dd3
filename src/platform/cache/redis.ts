import { createClient } from 'redis';
import type { Logger } from '../logger.js';

export type Redis = ReturnType<typeof createRedis>;

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;
const LONGEST_RETRY_MS = 2_000;

/**
 * A client that fails at once rather than queue, since nothing depends on Redis for being right. It connects by itself, in
 * the background, for as long as the process lives; `destroy()` ends it.
 */
export function createRedis(options: { url: string; logger: Logger }) {
  const client = createClient({
    url: options.url,
    disableOfflineQueue: true,
    commandOptions: { timeout: COMMAND_TIMEOUT_MS },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (attempts) => Math.min(50 * 2 ** Math.min(attempts, 10), LONGEST_RETRY_MS),
    },
  });
  let reported = false;
  // Without a listener the first lost connection would end the process. A line for each disturbance, not for each
  // attempt.
  client.on('error', (error: unknown) => {
    if (!reported) options.logger.warn({ err: error }, 'redis does not answer; going on without it');
    reported = true;
  });
  client.on('ready', () => (reported = false));
  client.connect().catch(() => undefined);
  return client;
}
