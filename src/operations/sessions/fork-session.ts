import { newRunOf } from '../../contracts/runs/run-identity.js';
import type { StartableRun } from '../../contracts/runs/startable-run.js';
import type { RedoBody } from '../../contracts/sessions/session.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { givenContent } from '../../db/sessions/given-content.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import { requireNewInputFits } from './fits-schema.js';
import { takeOver } from './rerun.js';
import { writeSession } from './start-session.js';

export interface ForkOrder {
  readonly session: OwnedSession;
  readonly body: RedoBody;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly publicUrl: string | undefined;
}

/** A new session that begins with what another one has up to a step. The caller starts it after the commit. */
export async function forkSession(tx: Tx, order: ForkOrder): Promise<StartableRun> {
  const { session, body, principal, origin } = order;
  await requireNewInputFits(tx, session, body.input);
  const run = await writeFork(tx, order);
  await recordAudit(tx, {
    actor: principal,
    action: 'forked',
    resourceType: 'session',
    resourceId: run.id,
    after: { origin: session.id, from: body.from },
    origin,
  });
  return run;
}

async function writeFork(tx: Tx, { session, body, principal, publicUrl }: ForkOrder): Promise<StartableRun> {
  const identity = newRunOf('cot-session');
  const { id } = identity;
  const input = body.input === undefined ? null : givenContent(body.input);
  const instructions = body.instructions === undefined ? null : givenContent(body.instructions);
  const { phases, copy } = await takeOver(tx, session, { id, body, instructions: instructions?.ref ?? null });
  const run = await writeSession(tx, identity, {
    owner: principal,
    template: { name: session.templateName, version: session.templateVersion },
    topic: session.topic,
    language: session.language,
    plan: session.state.plan,
    options: { ...session.options, input: input?.ref ?? session.options.input },
    model: body.model ?? session.model,
    budget: {
      ...(session.maxTokens === null ? {} : { maxTokens: session.maxTokens }),
      ...(session.maxCostUsd === null ? {} : { maxCostUsd: session.maxCostUsd }),
    },
    tags: session.tags,
    inherited: phases,
    fork: { origin: session.id, from: body.from },
    contents: [input, instructions].filter((each) => each !== null),
    publicUrl,
    asked: { topic: session.topic, template: session.templateName, from: body.from },
  });
  await copy();
  return run;
}
