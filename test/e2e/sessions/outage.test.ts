import type { Pool } from 'pg';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import { openCuttingGate } from '../../support/servers/cutting-gate.js';
import { openTcpGate } from '../../support/servers/tcp-gate.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  eventTypesOf,
  scriptedModel,
  startSession,
  stepsOf,
  threePhases,
  untilStatus,
  withWorkers,
  type SessionRig,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();
const onePhase = { ...threePhases, name: 'one-phase', phases: threePhases.phases.slice(0, 1) };

const closing: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

/** The database of the test as its workers reach it: through a gate. */
async function throughGate<Result>(
  address: string,
  work: (workers: SessionRig) => Promise<Result>,
): Promise<Result> {
  const url = new URL(rig.database.url);
  url.host = address;
  const logger = createLogger({ level: 'silent', service: 'test' });
  const pool = createPool({ databaseUrl: url.href, max: 10, applicationName: 'gated', logger });
  try {
    return await work({ ...rig, database: { url: url.href, pool } });
  } finally {
    await pool.end();
  }
}

const hostOf = (url: string): string => new URL(url).host;

async function spent(pool: Pool, id: string): Promise<unknown> {
  const { rows } = await pool.query(
    `select used_tokens as used, reserved_tokens as reserved,
            (select sum(tokens_in + tokens_out)::int from session_steps where run_id = $1) as steps,
            (select count(*)::int from session_step_tries join session_steps on id = step_id where run_id = $1) as tries
       from sessions where run_id = $1`,
    [id],
  );
  return rows[0];
}

const count = (types: readonly string[], type: string): number =>
  types.filter((each) => each === type).length;

test('sessions whose database is away for eight seconds go on by themselves, and no model is asked twice', async () => {
  const gate = await openTcpGate(hostOf(rig.database.url));
  closing.push(() => gate.close());
  let answer: (text: string) => void = () => undefined;
  const held = new Promise<string>((resolve) => (answer = resolve));
  const model = scriptedModel((request, call) =>
    request.messages[0]?.content.includes('execute') === true && call <= 8 ? held : `answer ${call}`,
  );
  await throughGate(gate.address, (workers) =>
    withWorkers(workers, model, async () => {
      const ids = await Promise.all(
        [1, 2, 3, 4].map(() =>
          startSession(rig, rig.owner, { autoProgressPhases: true, budget: { maxTokens: 1_000 } }),
        ),
      );
      await waitUntil(() => Promise.resolve(model.calls.length === 8), {
        what: 'all are at their second step',
      });
      await gate.close();
      answer('an answer that was paid for');
      // Longer than the heartbeat timeout of a step, and than all retries of its settings together.
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      await gate.open();
      for (const id of ids) {
        await untilStatus(rig, id, 'completed', 'needs_attention');
        const types = await eventTypesOf(rig, id);
        expect([count(types, 'step.completed'), count(types, 'step.failed')]).toEqual([9, 0]);
        expect(await spent(rig.database.pool, id)).toEqual({ used: 135, reserved: 0, steps: 135, tries: 9 });
      }
      expect(model.calls).toHaveLength(36);
    }),
  );
}, 60_000);

test.each([
  ['before the server hears the commit', 'unheard', 1_000],
  ['after the commit is in, before its answer', 'unanswered', 1_000],
  ['before the server hears the commit, without a budget', 'unheard', undefined],
  ['after the commit is in, before its answer, without a budget', 'unanswered', undefined],
] as const)(
  'a paid answer is kept, and settled once, when the connection breaks %s',
  async (_title, when, maxTokens) => {
    const gate = await openCuttingGate(hostOf(rig.database.url));
    closing.push(() => gate.close());
    let broken: Promise<void> | undefined;
    const model = scriptedModel((_request, call) => {
      if (call === 2) broken = gate.cutAt('commit', when);
      return `answer ${call}`;
    });
    await throughGate(gate.address, (workers) =>
      withWorkers(workers, model, async () => {
        const asked = maxTokens === undefined ? {} : { budget: { maxTokens } };
        const id = await startSession(rig, rig.owner, asked, { definition: onePhase });
        await untilStatus(rig, id, 'completed', 'needs_attention');
        await broken;
        expect(model.calls).toHaveLength(3);
        expect(await stepsOf(rig, id)).toMatchObject([1, 2, 3].map(() => ({ status: 'completed' })));
        expect(await spent(rig.database.pool, id)).toEqual({ used: 45, reserved: 0, steps: 45, tries: 3 });
        expect(count(await eventTypesOf(rig, id), 'step.completed')).toBe(3);
      }),
    );
  },
);
