import { createClient } from '../../src/client/client.js';

/** Follows a session by its event stream, as the console does: cut streams are resumed by the client. */
export interface Reading {
  readonly positions: readonly number[];
  readonly ended: Promise<void>;
}

export function readEvents(url: string, token: string, id: string): Reading {
  const positions: number[] = [];
  const client = createClient({ baseUrl: url, token });
  const read = async (): Promise<void> => {
    for await (const { pos } of client.events('sessionEvents', id, { after: 0 }))
      if (pos !== undefined) positions.push(pos);
  };
  return { positions, ended: read() };
}

/** Positions are 1, 2, 3 … : what is missing, and what came twice. */
export function gapsOf(positions: readonly number[]): number {
  return positions.filter((pos, index) => pos !== index + 1).length;
}
