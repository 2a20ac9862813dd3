import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { progressSchema } from '../../../src/contracts/sessions/session.js';
import { readTexts } from '../../../src/db/sessions/texts.js';
import type { ContentRef } from '../../../src/domain/sessions/state.js';
import { storeHistory } from '../../support/store-history.js';
import {
  readState,
  startSession,
  threePhases,
  untilGate,
  untilStatus,
} from '../../support/sessions/fixture.js';
import { detailsOf } from '../../support/workers/seen-activities.js';
import { useSessions } from '../../support/houses/session-house.js';

/** Decisions from the Temporal side. Without a cache, so that every task replays the history. */
const rig = useSessions({ limits: { maxCachedWorkflows: 0 } });
const { during } = rig;
const handleOf = (id: string): WorkflowHandle => rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
const decide = (id: string, ...args: unknown[]): Promise<unknown> =>
  handleOf(id).executeUpdate('decideGate', { args: args as [unknown] });

async function failureOf(answer: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return error.cause;
  throw new Error('the update was not refused as it should be', { cause: error });
}

async function textOf(ref: ContentRef | null | undefined): Promise<string | undefined> {
  return (await readTexts(rig.database.pool, [ref?.sha256])).get(ref?.sha256 ?? '')?.text;
}

const phaseOf = async (id: string, number: number) => (await readState(rig, id)).phases[number - 1];

test('an update takes what the decide route takes, and what was written with it is kept', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    const first = await untilGate(rig, id, 1);
    const seen = { gateId: first.gateId, outputDigest: first.outputDigest };
    await decide(id, { ...seen, decision: 'redo', comment: 'too long', instructions: 'shorter' });
    const again = await untilGate(rig, id, 1, 2);
    expect(await textOf((await phaseOf(id, 1))?.instructions)).toBe('shorter');
    const { gateId, outputDigest } = again;
    const answer = await decide(id, {
      gateId,
      outputDigest,
      decision: 'edit',
      edits: 'mine',
      notes: 'a note',
    });
    expect(progressSchema.strict().parse(answer)).toMatchObject({ currentPhase: 2, status: 'running' });
    const edited = await phaseOf(id, 1);
    expect([await textOf(edited?.output), await textOf(edited?.notes)]).toEqual(['mine', 'a note']);
    const { rows } = await rig.database.pool.query(
      'select status, decided_via as via, comment from gates where run_id = $1 order by opened_at limit 2',
      [id],
    );
    expect(rows).toEqual([
      { status: 'redone', via: 'signal', comment: 'too long' },
      { status: 'edited', via: 'signal', comment: null },
    ]);
    const second = await untilGate(rig, id, 2, 2);
    await handleOf(id).signal('proceedNextPhase', { notes: 'by signal', outputDigest: second.outputDigest });
    await untilStatus(rig, id, 'completed');
    await handleOf(id).result();
    await storeHistory(rig.temporal.client, `cot-session:${id}`, 'cotSession', 'decisions');
  }));

test.each([
  ['nothing', [], 'takes one object'],
  ['a text', ['approve'], 'takes one object'],
  ['an empty object', [{}], 'decision: must be one of approve, edit, redo, reject'],
  ['an unknown decision', [{ decision: 'maybe' }], 'decision: must be one of approve, edit, redo, reject'],
  ['a mistyped member', [{ decision: 'approve', outputdigest: 'x' }], 'outputdigest: is unknown'],
  ['notes that are no text', [{ decision: 'approve', notes: 1 }], 'notes: must be a text'],
  ['a NUL', [{ decision: 'reject', comment: 'a\u0000' }], 'comment: holds a character'],
  ['an edit without edits', [{ decision: 'edit', outputDigest: 'x' }], 'edits: is needed'],
  ['an edit without a digest', [{ decision: 'edit', edits: 'x' }], 'outputDigest: is needed'],
  ['edits of an approval', [{ decision: 'approve', edits: 'x' }], 'edits: are for the decision edit alone'],
])('an update with %s is refused in words, and the gate stays open', (_what, args, words) =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    const { version } = await untilGate(rig, id, 1);
    const failure = await failureOf(decide(id, ...args));
    expect(failure.type).toBe('InvalidInput');
    expect(failure.message).toContain(words);
    expect(await handleOf(id).query('progress')).toMatchObject({ status: 'waiting_approval', version });
  }),
);

test('a decision about another gate, or none that is open, is refused with the progress that it is about', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    const stale = await failureOf(decide(id, { decision: 'approve', gateId: 'gate_of_somebody' }));
    expect(stale.type).toBe('stale_approval');
    expect(progressSchema.strict().parse(stale.details?.[0])).toMatchObject({ currentPhase: 1 });
    expect((await failureOf(decide(id, { decision: 'redo', outputDigest: 'old' }))).type).toBe(
      'stale_approval',
    );
  }));

test('of two decisions with notes at once one is taken, and the other does not reach the next gate', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    const both = await Promise.allSettled(
      ['one', 'two'].map((notes) => decide(id, { decision: 'approve', notes })),
    );
    expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await untilGate(rig, id, 2)).toMatchObject({ currentPhase: 2 });
  }));

test('an edit that does not fit the output schema of its phase is refused, whichever way it comes', () =>
  during(async () => {
    const [one, ...others] = threePhases.phases;
    const outputSchema = {
      type: 'object',
      properties: { title: { type: 'string' } },
      required: ['title'],
    };
    const steps = { ...one!.steps, INTEGRATE: { ...one!.steps.INTEGRATE, outputSchema } };
    const definition = { ...threePhases, name: 'strict', phases: [{ ...one!, steps }, ...others] };
    const id = await startSession(rig, rig.owner, {}, { definition });
    const { outputDigest } = await untilGate(rig, id, 1);
    const edit = (edits: unknown) => decide(id, { decision: 'edit', outputDigest, edits });
    const failure = await failureOf(edit({ title: 1 }));
    expect(failure).toMatchObject({ type: 'InvalidInput' });
    expect(failure.message).toContain('does not fit the output schema of this phase: title');
    await edit({ title: 'mine' });
    expect(JSON.parse((await textOf((await phaseOf(id, 1))?.output)) ?? '')).toEqual({ title: 'mine' });
  }));

test.each([
  ['a text', 'approve', 'takes one object'],
  ['a mistyped digest', { outputdigest: 'x' }, 'outputdigest: is unknown'],
  ['an older digest', { outputDigest: 'older', notes: 'n' }, 'stale_approval'],
])('a signal with %s changes nothing, and the current details say why', (_what, given, words) =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await handleOf(id).signal('proceedNextPhase', given);
    expect(await detailsOf(handleOf(id))).toContain(`was ignored: ${words}`);
    expect(await handleOf(id).query('progress')).toMatchObject({ currentPhase: 1, canProceed: true });
    await handleOf(id).signal('proceedNextPhase', null);
    await untilGate(rig, id, 2);
    expect(await detailsOf(handleOf(id))).not.toContain('was ignored');
  }),
);

test('the current details lead to the session in the console', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    expect(await detailsOf(handleOf(id))).toContain(`(https://sluice.example/sessions/${id})`);
  }));

test('notes of a signal reach the phases after it', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    await handleOf(id).signal('proceedNextPhase', { comment: 'good', notes: 'mind the budget' });
    await untilGate(rig, id, 2);
    expect(await textOf((await phaseOf(id, 1))?.notes)).toBe('mind the budget');
  }));
