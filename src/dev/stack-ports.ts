import type { Config } from '../platform/config.js';
import type { PortClaims } from './port-claims.js';
import { choosePort } from './ports.js';
import type { StatusLines } from './status-lines.js';

export interface StackPorts {
  readonly api: number;
  readonly temporal: number;
  readonly temporalUi: number;
}

const LOOPBACK = '127.0.0.1';

export async function chooseStackPorts(
  config: Config,
  lines: StatusLines,
  claims: PortClaims,
): Promise<StackPorts> {
  const wishes = [
    { variable: 'PORT', host: config.host, set: config.port, standard: 3000 },
    { variable: 'TEMPORAL_PORT', host: LOOPBACK, set: config.temporalPort, standard: 7233 },
    { variable: 'TEMPORAL_UI_PORT', host: LOOPBACK, set: config.temporalUiPort, standard: 8233 },
  ];
  const chosen: number[] = [];
  for (const wish of wishes) {
    const { port, moved } = await choosePort({ ...wish, chosen, claims });
    if (moved) lines.warn('Port', `${wish.standard} is taken, so ${wish.variable} is ${port} this time`);
    chosen.push(port);
  }
  const [api = 0, temporal = 0, temporalUi = 0] = chosen;
  return { api, temporal, temporalUi };
}
