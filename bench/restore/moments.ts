import { setTimeout } from 'node:timers/promises';
import type { SluiceClient } from '../../src/client/client.js';
import { Reviewer } from '../chaos/reviewer.js';
import { gapsOf, readEvents } from '../rolling/reader.js';

const PATIENCE_MS = 90_000;
const READ_MS = 10_000;

/** Each gate that is open is approved, and a further session begins: the two back-ups differ by this. */
export async function goOn(client: SluiceClient, ids: readonly string[]): Promise<string> {
  const statusOf = async (id: string) => (await client.call('getSessionProgress', { params: { id } })).status;
  for (const id of ids) {
    if ((await statusOf(id)) !== 'waiting_approval') continue;
    await client.call('proceedNextPhase', { params: { id } });
  }
  const body = { topic: 'restore between', template: 'minimal' };
  const { id } = await client.call('createSession', { body });
  while ((await statusOf(id)) === 'queued') await setTimeout(200);
  for (const waiting of ids) while ((await statusOf(waiting)) === 'running') await setTimeout(200);
  return id;
}

interface Place {
  readonly url: string;
  readonly token: string;
}

/** Takes a session to its end as people do, for so long at most. */
export async function followed(place: Place, id: string, patienceMs: number): Promise<Reviewer> {
  const reviewer = new Reviewer(place, id);
  reviewer.id = id;
  const endMs = Date.now() + patienceMs;
  await reviewer.follow(() => Date.now() > endMs);
  return reviewer;
}

/** How each session ends when people go on with it as if nothing had happened. */
export async function fatesOf({ url, token }: Place, ids: readonly string[]): Promise<string[]> {
  return Promise.all(
    ids.map(async (id) => {
      const reviewer = await followed({ url, token }, id, PATIENCE_MS);
      const reading = readEvents(url, token, id);
      await Promise.race([reading.ended.catch(() => undefined), setTimeout(READ_MS)]);
      const refused = reviewer.answers.filter(({ status }) => status >= 400);
      const codes = [...new Set(refused.map(({ status }) => status))].join(' ');
      return `${id}: ${reviewer.status}, ${reading.positions.length} events, ${gapsOf(reading.positions)} gaps, ${refused.length} commands refused ${codes}`;
    }),
  );
}
