import type { ModelRequest } from '../../../src/models/call.js';
import { ModelCallError } from '../../../src/models/error.js';
import { readTexts } from '../../../src/db/sessions/texts.js';
import { deleteTemplate } from '../../../src/db/templates/templates.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { waitUntil } from '../../support/wait-until.js';
import {
  eventTypesOf,
  readProgress,
  readState,
  scriptedModel,
  send,
  startSession,
  stepsOf,
  threePhases,
  untilGate,
  untilStatus,
  withWorkers,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';

const rig = useSessions();

const refused = (): ModelCallError =>
  new ModelCallError('the model server refused', {
    kind: 'invalid_request',
    provider: 'scripted',
    model: 'm',
  });

/** An answer that comes only when nobody waits for it any more. */
function untilAborted(request: ModelRequest): Promise<never> {
  return new Promise((_answer, reject) => {
    request.signal?.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

async function textOf(sha256: string | undefined): Promise<string | undefined> {
  return sha256 === undefined ? undefined : (await readTexts(rig.database.pool, [sha256])).get(sha256)?.text;
}

test('an output of 3 MB, one with NUL bytes and half characters, and JSON of great depth are stored and readable', async () => {
  const large = 'あ'.repeat(1_000_000);
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const answers = [large, 'a\u0000b\uD800c\uDC00d', deep];
  const model = scriptedModel((_request, call) => answers[call - 1] ?? `answer ${call}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    const { results, output } = (await readState(rig, id)).phases[0]!;
    expect(results.THINK?.ref?.bytes).toBe(3_000_000);
    expect(await textOf(results.THINK?.ref?.sha256)).toBe(large);
    expect(await textOf(results.EXECUTE?.ref?.sha256)).toBe('a\uFFFDb\uFFFDc\uFFFDd');
    expect(await textOf(output?.sha256)).toBe(deep);
    // Text that is too long for the next prompt is cut there, and the session goes on.
    await send(rig, id, rig.ask.approve(), 'next');
    await untilGate(rig, id, 2);
  });
});

test('a fault in the code is called by its own name, and is not paid for again', async () => {
  const model = scriptedModel(() => {
    throw new TypeError('x is not a function');
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner, {}, { maxRetries: 3 });
    await untilStatus(rig, id, 'needs_attention');
    expect((await readState(rig, id)).waiting).toMatchObject({ problem: { code: 'TypeError' } });
    expect(model.calls).toHaveLength(1);
  });
});

test('a session goes on with the template it began with after that was deleted', async () => {
  const definition = { ...threePhases, name: 'doomed' };
  await withWorkers(
    rig,
    scriptedModel((_request, call) => `answer ${call}`),
    async () => {
      const id = await startSession(rig, rig.owner, {}, { definition });
      await untilGate(rig, id, 1);
      expect(await withTransaction(rig.database.pool, (tx) => deleteTemplate(tx, 'doomed'))).toBe(1);
      await send(rig, id, rig.ask.approve(), 'one');
      await untilGate(rig, id, 2);
      await send(rig, id, rig.ask.approve(), 'two');
      await untilStatus(rig, id, 'completed');
    },
  );
});

test('a cancel ends the step that runs: the call is aborted, and its row and its try are closed', async () => {
  let aborted = false;
  const model = scriptedModel((request) => {
    request.signal?.addEventListener('abort', () => (aborted = true));
    return untilAborted(request);
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await waitUntil(async () => model.calls.length === 1, { what: 'the call' });
    expect(await send(rig, id, rig.ask.state('cancel'), 'end')).toMatchObject({ status: 'canceled' });
    await waitUntil(async () => aborted, { what: 'the abort of the call' });
    const { events } = await rig.temporal.client.workflow.getHandle(`cot-session:${id}`).fetchHistory();
    expect(events?.filter((event) => event.activityTaskCancelRequestedEventAttributes)).toHaveLength(1);
    expect(await stepsOf(rig, id)).toMatchObject([{ status: 'canceled' }]);
    const { rows } = await rig.database.pool.query(
      'select from session_step_tries join session_steps on id = step_id where run_id = $1 and session_step_tries.finished_at is null',
      [id],
    );
    expect(rows).toHaveLength(0);
    expect((await eventTypesOf(rig, id)).at(-1)).toBe('session.canceled');
  });
});

test('a redo while a step runs abandons that step and begins the phase anew', async () => {
  const model = scriptedModel((request, call) => (call === 2 ? untilAborted(request) : `answer ${call}`));
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await waitUntil(async () => model.calls.length === 2, { what: 'the second step' });
    await send(rig, id, rig.ask.redo(1), 'again');
    await untilGate(rig, id, 1, 2);
    expect((await stepsOf(rig, id)).map(({ attempt, step, status }) => [attempt, step, status])).toEqual([
      [1, 'THINK', 'completed'],
      [1, 'EXECUTE', 'canceled'],
      [2, 'THINK', 'completed'],
      [2, 'EXECUTE', 'completed'],
      [2, 'INTEGRATE', 'completed'],
    ]);
    expect(model.calls).toHaveLength(5);
  });
});

test('a session that needs attention goes on with another model, from the step that had failed', async () => {
  const model = scriptedModel((request, call) => {
    if (call > 1 && request.model !== 'better') throw refused();
    return `answer ${call}`;
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    expect(await untilStatus(rig, id, 'needs_attention')).toMatchObject({ currentStep: 'EXECUTE' });
    await send(rig, id, rig.ask.goOn('better'), 'better');
    await untilGate(rig, id, 1);
    expect((await stepsOf(rig, id)).map(({ step, status, model: asked }) => [step, status, asked])).toEqual([
      ['THINK', 'completed', 'scripted-1'],
      ['EXECUTE', 'failed', 'scripted-1'],
      ['EXECUTE', 'completed', 'better'],
      ['INTEGRATE', 'completed', 'better'],
    ]);
  });
});

test('a skipped step leaves a marked gap, and the phase hands on what it has', async () => {
  const model = scriptedModel((_request, call) => {
    if (call === 3) throw refused();
    return `answer ${call}`;
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await untilStatus(rig, id, 'needs_attention');
    await send(rig, id, rig.ask.skip('no time'), 'skip');
    await untilGate(rig, id, 1);
    const phase = (await readState(rig, id)).phases[0]!;
    expect(phase).toMatchObject({ gap: 'no time', results: { INTEGRATE: { ref: null } } });
    expect(await textOf(phase.output?.sha256)).toBe('answer 2');
  });
});

test('a session that is finished early is completed, says why, and keeps what it has', async () => {
  const model = scriptedModel((_request, call) => {
    if (call > 4) throw refused();
    return `answer ${call}`;
  });
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner, { autoProgressPhases: true });
    await untilStatus(rig, id, 'needs_attention');
    await send(rig, id, rig.ask.finish('good enough'), 'finish');
    expect(await readProgress(rig, id)).toMatchObject({ status: 'completed', reason: 'good enough' });
    expect(await textOf((await readState(rig, id)).phases[0]?.output?.sha256)).toBe('answer 3');
    expect((await eventTypesOf(rig, id)).at(-1)).toBe('session.completed');
  });
});

test('a history that begins anew carries the whole session: its overrides, its gate and its numbering', async () => {
  const model = scriptedModel((_request, call) => `answer ${call}`);
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await send(rig, id, { ...rig.ask.redo(1), model: 'other' } as ReturnType<typeof rig.ask.redo>, 'redo');
    const gate = await untilGate(rig, id, 1, 2);
    const carried = await readState(rig, id);
    const workflowId = `cot-session:${id}`;
    const { rows } = await rig.database.pool.query<{ workflow_input: object }>(
      'select workflow_input from runs where id = $1',
      [id],
    );
    await rig.temporal.client.workflow.start('cotSession', {
      workflowId,
      taskQueue: 'flow',
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      args: [{ ...rows[0]!.workflow_input, carried }],
    });
    await send(rig, id, rig.ask.approve(gate.outputDigest), 'approve');
    await untilGate(rig, id, 2, 2);
    expect(model.calls).toHaveLength(9);
    expect(model.calls.at(-1)?.model).toBe('other');
    const types = await eventTypesOf(rig, id);
    expect(types.filter((type) => type === 'session.started')).toHaveLength(1);
  });
});

test('a pause is accepted while a model is still at work, whose step then ends without another one starting', async () => {
  let answer: (text: string) => void = () => undefined;
  const model = scriptedModel((_request, call) =>
    call === 1 ? new Promise<string>((resolve) => (answer = resolve)) : `answer ${call}`,
  );
  await withWorkers(rig, model, async () => {
    const id = await startSession(rig, rig.owner);
    await waitUntil(() => Promise.resolve(model.calls.length === 1 || undefined), { what: 'the call' });
    expect(await send(rig, id, rig.ask.state('pause'), 'pause')).toMatchObject({ status: 'paused' });
    expect(await readProgress(rig, id)).toMatchObject({ status: 'paused', currentStep: 'THINK' });
    answer('at last');
    const after = await waitUntil(
      async () => {
        const progress = await readProgress(rig, id);
        return progress.currentStep === 'EXECUTE' ? progress : undefined;
      },
      { what: 'the end of the step' },
    );
    expect(after).toMatchObject({ status: 'paused', canProceed: false });
    expect(model.calls).toHaveLength(1);
    expect(await send(rig, id, rig.ask.state('resume'), 'resume')).toMatchObject({ status: 'running' });
    expect(await untilGate(rig, id, 1)).toMatchObject({ completedPhases: [1] });
    const published = await eventTypesOf(rig, id);
    expect(published.filter((type) => type.startsWith('session.'))).toEqual([
      'session.started',
      'session.paused',
      'session.resumed',
    ]);
    expect(published.indexOf('session.paused')).toBeLessThan(published.indexOf('step.completed'));
  });
});
