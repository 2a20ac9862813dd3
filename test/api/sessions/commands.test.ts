import { builtinTemplates } from '../../../src/contracts/templates/builtin/builtin-templates.js';
import type { TemplateDefinition } from '../../../src/contracts/templates/template.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { useTemporal } from '../../support/servers/temporal.js';
import {
  eventsOf,
  scriptedModel,
  startSession,
  threePhases,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { createApiUser, principalOf, type TestUser } from '../../support/people.js';

const rig = { database: useDatabase(), temporal: useTemporal() };
const api = useApi({ ...rig, env: { MAX_RETRIES: '0' } });
const BASE = '/api/v1/cot-sessions';
const minimal = builtinTemplates.find((each) => each.name === 'minimal')!;
let user: TestUser;
let owner: Principal;

beforeAll(async () => {
  user = await createApiUser(rig.database);
  owner = principalOf(user);
  await rig.database.pool.query(
    `insert into templates (name, version, definition, sha256) values ($1, 1, $2, '')`,
    [minimal.name, minimal],
  );
});

const numbered = () => scriptedModel((_request, call) => `answer ${call}`);
const during = (work: () => Promise<void>): Promise<void> => withWorkers(rig, numbered(), work);

function post(path: string, body: unknown = {}, given: { key?: string; token?: string } = {}) {
  const { key, token = user.token } = given;
  const headers: Record<string, string> = key === undefined ? {} : { 'Idempotency-Key': key };
  return api.send(path, { method: 'POST', token, body, headers });
}

const codeOf = ({ status, body }: HttpAnswer): unknown[] => [status, body['code']];

/** A session that waits at its first gate. */
async function atGate(definition: TemplateDefinition = threePhases): Promise<{ id: string; gate: Gate }> {
  const id = await startSession(rig, owner, {}, { definition });
  const { gateId, outputDigest } = await untilGate(rig, id, 1);
  return { id, gate: { id: gateId!, digest: outputDigest! } };
}

interface Gate {
  readonly id: string;
  readonly digest: string;
}

const decide = (gate: Gate, body: object) =>
  post(`/api/v1/gates/${gate.id}/decide`, { outputDigest: gate.digest, ...body });

test('what cannot be accepted now is refused with its code and the state that it is about', () =>
  during(async () => {
    const { id, gate } = await atGate();
    const at = `${BASE}/${id}`;
    const waiting = { status: 'waiting_approval', currentPhase: 1, gateId: gate.id };
    const refusals: [string, object, string][] = [
      ['proceed-next-phase', { outputDigest: 'a'.repeat(64) }, 'stale_approval'],
      ['process-async', {}, 'nothing_due'],
      ['continue-async', {}, 'phase_gate'],
      ['continue-async', { skip: { reason: 'no time' } }, 'nothing_due'],
      ['continue-async', { finish: true }, 'nothing_due'],
      ['redo', { from: { phase: 2 } }, 'step_not_reached'],
      ['redo', { from: { phase: 2 }, dryRun: true }, 'step_not_reached'],
      ['fork', { from: { phase: 3 } }, 'step_not_reached'],
    ];
    const members = Object.keys((await api.send(`${at}/progress`, { token: user.token })).body).sort();
    for (const [path, body, code] of refusals) {
      const answer = await post(`${at}/${path}`, body);
      expect(codeOf(answer)).toEqual([409, code]);
      expect(answer.body['current']).toMatchObject(waiting);
      expect(Object.keys(answer.body['current'] as object).sort()).toEqual(members);
    }
    expect(codeOf(await decide({ ...gate, digest: 'b'.repeat(64) }, { decision: 'approve' }))).toEqual([
      409,
      'stale_approval',
    ]);
    for (const path of ['redo', 'fork']) {
      const beyond = await post(`${at}/${path}`, { from: { phase: 9 } });
      expect([codeOf(beyond), beyond.body['errors']]).toMatchObject([
        [400, 'validation_error'],
        [{ path: 'from.phase' }],
      ]);
    }
    expect((await post(`${at}/cancel`)).body).toMatchObject({ status: 'canceled' });
    const preview = await post(`${at}/redo`, { from: { phase: 1 }, dryRun: true });
    expect([codeOf(preview), preview.body['current']]).toMatchObject([
      [409, 'already_finished'],
      { status: 'canceled' },
    ]);
    for (const path of ['proceed-next-phase', 'pause', 'resume', 'cancel', 'process-async']) {
      const answer = await post(`${at}/${path}`);
      expect(codeOf(answer)).toEqual([409, 'already_finished']);
      expect(answer.body['current']).toMatchObject({ status: 'canceled' });
    }
    expect(codeOf(await decide(gate, { decision: 'approve' }))).toEqual([409, 'already_finished']);
  }));

test("somebody else's session and gate do not exist, and bodies that do not fit change nothing", () =>
  during(async () => {
    const { id, gate } = await atGate();
    const { token } = await createApiUser(rig.database);
    for (const path of ['proceed-next-phase', 'pause', 'redo', 'fork', 'cancel']) {
      const body = path === 'redo' || path === 'fork' ? { from: { phase: 1 } } : {};
      expect(codeOf(await post(`${BASE}/${id}/${path}`, body, { token }))).toEqual([404, 'not_found']);
    }
    const foreign = { decision: 'approve', outputDigest: gate.digest };
    expect(codeOf(await post(`/api/v1/gates/${gate.id}/decide`, foreign, { token }))).toEqual([
      404,
      'not_found',
    ]);
    const wrong: [string, unknown][] = [
      [`${BASE}/${id}/proceed-next-phase`, { colour: 'red' }],
      [`${BASE}/${id}/redo`, {}],
      [`${BASE}/${id}/redo`, { from: { phase: 1, step: 'GUESS' } }],
      [`${BASE}/${id}/continue-async`, { budget: { maxTokens: -1 } }],
      [`/api/v1/gates/${gate.id}/decide`, { decision: 'approve' }],
      [`/api/v1/gates/${gate.id}/decide`, { decision: 'edit', outputDigest: gate.digest }],
      [BASE, { topic: 'x', template: 'no-such-template' }],
    ];
    for (const [path, body] of wrong)
      expect(codeOf(await post(path, body))).toEqual([400, 'validation_error']);
    expect((await api.send(`${BASE}/${id}/progress`, { token: user.token })).body).toMatchObject({
      currentPhase: 1,
      status: 'waiting_approval',
    });
  }));

test('the same key gives the first answer again, and with another body it is refused', () =>
  during(async () => {
    const { id, gate } = await atGate();
    const path = `${BASE}/${id}/proceed-next-phase`;
    const body = { outputDigest: gate.digest };
    const first = await post(path, body, { key: 'once' });
    const second = await post(path, body, { key: 'once' });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.text).toBe(first.text);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(codeOf(await post(path, { comment: 'other' }, { key: 'once' }))).toEqual([
      422,
      'idempotency_key_reused',
    ]);
    await untilGate(rig, id, 2);
    const paused = await post(`${BASE}/${id}/pause`, {}, { key: 'no body' });
    const headers = { 'Idempotency-Key': 'no body' };
    const bare = await api.send(`${BASE}/${id}/pause`, { method: 'POST', token: user.token, headers });
    expect([bare.headers['idempotent-replayed'], bare.text]).toEqual(['true', paused.text]);
  }));

test('of two approvals of one gate at once exactly one is accepted', () =>
  during(async () => {
    const { id, gate } = await atGate();
    const path = `${BASE}/${id}/proceed-next-phase`;
    const answers = await Promise.all([1, 2].map(() => post(path, { outputDigest: gate.digest })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
    await untilGate(rig, id, 2);
  }));

test('without a worker a command is 503, and the same key later takes effect once', async () => {
  let id = '';
  let gate: Gate | undefined;
  await withWorkers(rig, numbered(), async () => ({ id, gate } = await atGate()), { keepOpen: true });
  const path = `${BASE}/${id}/proceed-next-phase`;
  const body = { outputDigest: gate?.digest };
  const unanswered = await post(path, body, { key: 'patient' });
  expect(codeOf(unanswered)).toEqual([503, 'workflow_unavailable']);
  expect(unanswered.headers['retry-after']).toBe('3');
  await during(async () => {
    expect((await post(path, body, { key: 'patient' })).status).toBe(200);
    await untilGate(rig, id, 2);
    const decided = (await eventsOf(rig, id)).filter((event) => event.type === 'gate.decided');
    expect(decided).toHaveLength(1);
  });
});

const withSchema: TemplateDefinition = {
  ...threePhases,
  name: 'with-schema',
  phases: threePhases.phases.map((phase, index) => ({
    ...phase,
    steps: {
      ...phase.steps,
      INTEGRATE: {
        prompt: 'integrate',
        ...(index > 0
          ? {}
          : {
              outputSchema: {
                type: 'object',
                properties: { title: { type: 'string' } },
                required: ['title'],
                additionalProperties: false,
              },
            }),
      },
    },
  })),
};

test('a gate takes every decision, and an edit has to fit the output schema of its phase', () =>
  during(async () => {
    const { id, gate } = await atGate(withSchema);
    const bad = await decide(gate, { decision: 'edit', edits: { title: 7 } });
    expect(codeOf(bad)).toEqual([400, 'validation_error']);
    expect(bad.body['errors']).toMatchObject([{ path: 'edits.title' }]);
    const missing = await decide(gate, { decision: 'edit', edits: {} });
    expect(missing.body['errors']).toMatchObject([{ path: 'edits.title' }]);
    expect((await decide(gate, { decision: 'edit', edits: 'words' })).body['errors']).toMatchObject([
      { path: 'edits' },
    ]);
    for (const lost of [
      { decision: 'approve', edits: { title: 'Better' } },
      { decision: 'edit', edits: { title: 'Better' }, instructions: 'shorter' },
    ]) {
      const dropped = await decide(gate, lost);
      expect(codeOf(dropped)).toEqual([400, 'validation_error']);
      expect(dropped.body['errors']).toMatchObject([
        { path: lost.instructions === undefined ? 'edits' : 'instructions' },
      ]);
    }
    expect((await decide(gate, { decision: 'edit', edits: { title: 'Better' } })).status).toBe(200);
    const second = await untilGate(rig, id, 2);
    const gate2 = { id: second.gateId!, digest: second.outputDigest! };
    expect((await decide(gate2, { decision: 'redo', instructions: 'shorter' })).body).toMatchObject({
      attempt: 2,
      currentPhase: 2,
    });
    const third = await untilGate(rig, id, 2, 2);
    const gate3 = { id: third.gateId!, digest: third.outputDigest! };
    const approved = await decide(gate3, { decision: 'approve', notes: 'remember the budget' });
    expect(approved.body).toMatchObject({ currentPhase: 3 });
    await untilStatus(rig, id, 'completed');
    const bundle = (await api.send(`${BASE}/${id}/export`, { token: user.token })).body;
    expect(bundle).toMatchObject({
      format: 'sluice.session/1',
      session: { id, status: 'completed' },
      gates: [
        { status: 'edited', editedOutput: JSON.stringify({ title: 'Better' }, null, 2) },
        { status: 'redone' },
        { status: 'approved', notes: 'remember the budget' },
      ],
    });
    expect(bundle['steps']).toHaveLength(12);
    const { gate: other } = await atGate();
    expect((await decide(other, { decision: 'reject', comment: 'no' })).body).toMatchObject({
      status: 'rejected',
      reason: 'no',
    });
  }));

test('one phase of many sessions is approved at once after a preview, and what is stale is named', () =>
  during(async () => {
    const sessions = await Promise.all([atGate(), atGate()]);
    const bulk = '/api/v1/gates/bulk-approve';
    const preview = (await post(bulk, { phase: 1, template: 'three' })).body;
    const shown = preview['gates'] as { id: string; outputDigest: string }[];
    const asked = sessions.map(({ gate }) => ({ gateId: gate.id, outputDigest: gate.digest }));
    expect(preview['dryRun']).toBe(true);
    expect(shown.map((gate) => gate.id)).toEqual(
      expect.arrayContaining(asked.map(({ gateId }) => gateId)) as string[],
    );
    const stale = { ...asked[1]!, outputDigest: 'c'.repeat(64) };
    const applied = await post(bulk, { phase: 1, dryRun: false, gates: [asked[0], stale] });
    expect(applied.body['results']).toEqual([
      { gateId: asked[0]!.gateId, status: 'approved' },
      { gateId: stale.gateId, status: 'refused', code: 'stale_approval' },
    ]);
    await untilGate(rig, sessions[0].id, 2);
  }));

test.each([BASE, '/api/viral/cot-session'])('a session is started and driven at %s', (base) =>
  during(async () => {
    const started = await post(base, { topic: 'Small cinemas', template: 'minimal' });
    expect(started.status).toBe(202);
    const id = started.body['id'] as string;
    expect(started.headers['location']).toBe(`${base}/${id}`);
    for (let phase = 1; phase < minimal.phases.length; phase += 1) {
      await untilGate(rig, id, phase);
      expect((await post(`${base}/${id}/proceed-next-phase`)).status).toBe(200);
    }
    await untilStatus(rig, id, 'completed');
    expect((await api.send(`${base}/${id}/progress`, { token: user.token })).body).toMatchObject({
      percent: 100,
    });
  }),
);

test('a session can be commanded from the moment it is accepted, and canceled in the middle of a step', () =>
  during(async () => {
    for (let n = 0; n < 12; n += 1) {
      const created = await post(BASE, { topic: 'In a hurry', template: 'minimal' });
      const at = `${BASE}/${String(created.body['id'])}`;
      if (n % 3 === 0) expect(codeOf(await post(`${at}/pause`))).toEqual([200, undefined]);
      const key = `cancel-${n}`;
      const [first, again] = [
        await post(`${at}/cancel`, {}, { key }),
        await post(`${at}/cancel`, {}, { key }),
      ];
      expect(first.body).toMatchObject({ status: 'canceled' });
      expect(again).toMatchObject({ status: 200, body: first.body });
      expect(codeOf(await post(`${at}/cancel`))).toEqual([409, 'already_finished']);
    }
  }));

test('a command that ended its session answers the same again, also when its answer was lost', () =>
  during(async () => {
    const { id } = await atGate();
    expect((await post(`${BASE}/${id}/cancel`, {}, { key: 'last' })).status).toBe(200);
    await rig.database.pool.query(`delete from idempotency_keys where key = 'last'`);
    expect((await post(`${BASE}/${id}/cancel`, {}, { key: 'last' })).body).toMatchObject({
      status: 'canceled',
    });
    expect(codeOf(await post(`${BASE}/${id}/cancel`, {}, { key: 'later' }))).toEqual([
      409,
      'already_finished',
    ]);
  }));
