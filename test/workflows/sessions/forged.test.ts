import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { signedPartOf } from '../../../src/domain/sessions/vouched.js';
import { testDeciders } from '../../support/deciders.js';
import { commandsOf } from '../../support/sessions/asks.js';
import {
  entriesOf,
  eventsOf,
  send,
  startSession,
  untilGate,
  untilStatus,
} from '../../support/sessions/fixture.js';
import { useSessions } from '../../support/houses/session-house.js';
import { givenUser } from '../../support/people.js';

/** The update `sessionCommand` is meant for the API alone, and everybody who reaches Temporal can send it. */
const rig = useSessions();
const { during } = rig;
let admin: Principal;
beforeAll(async () => {
  admin = await givenUser(rig.database.pool, 'ADMIN');
});

const sendUpdate = (id: string, command: unknown, updateId?: string): Promise<unknown> =>
  rig.temporal.client.workflow.getHandle(`cot-session:${id}`).executeUpdate('sessionCommand', {
    args: [command],
    ...(updateId === undefined ? {} : { updateId }),
  });

test('a malformed command is refused, and the session takes the next one', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    await untilGate(rig, id, 1);
    const by = { userId: rig.owner.userId, via: 'api' };
    const wrong = [
      undefined,
      'pause',
      { kind: 'pause', reason: null },
      { kind: 'pause', by, reason: {} },
      { kind: 'pause', by: { ...by, via: 'timeout' }, reason: null },
      { kind: 'cancel', by: {}, reason: null },
      { kind: 'approve', by, digest: null, comment: 'a\u0000', notes: null },
    ];
    for (const command of wrong)
      await expect(sendUpdate(id, command)).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    const ask = commandsOf({ userId: rig.owner.userId, via: 'api' });
    expect(await send(rig, id, ask.state('cancel'), 'last')).toMatchObject({ status: 'canceled' });
    await untilStatus(rig, id, 'canceled');
  }));

test('who decided is believed only when the API signed it', () =>
  during(async () => {
    const id = await startSession(rig, rig.owner);
    const { gateId } = await untilGate(rig, id, 1);
    const by = { userId: admin.userId, via: 'console', requestId: 'req_forged' } as const;
    const named = { workflowId: `cot-session:${id}`, kind: 'approve', gate: null, by: signedPartOf(by) };
    // Taken from the history of another command.
    const signature = testDeciders.sign({ ...named, commandId: 'an earlier one' });
    const command = { kind: 'approve', by: { ...by, signature }, digest: null, comment: null, notes: null };
    await sendUpdate(id, command, 'this one');
    const second = await untilGate(rig, id, 2);
    expect(await entriesOf(rig, gateId ?? '')).toMatchObject([
      { action: 'approved', actor_id: null, actor_name: 'signal', request_id: null },
    ]);
    const decided = (await eventsOf(rig, id)).find(({ type }) => type === 'gate.decided');
    expect(decided?.data).toMatchObject({ by: null, via: 'signal' });

    const ask = commandsOf({ userId: rig.owner.userId, via: 'api', requestId: 'req_true' });
    await send(rig, id, ask.approve(), 'signed');
    await untilStatus(rig, id, 'completed');
    expect(await entriesOf(rig, second.gateId ?? '')).toMatchObject([
      { action: 'approved', actor_id: rig.owner.userId, request_id: 'req_true' },
    ]);
  }));
