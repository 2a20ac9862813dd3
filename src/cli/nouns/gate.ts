import type { SluiceClient } from '../../client/client.js';
import type { AnswerOf, InputOf } from '../../client/operations.js';
import { CliError, UsageError } from '../cli-error.js';
import type { CommandSpec, Given, OptionSpec } from '../command.js';
import type { Context } from '../context.js';
import { waitFor } from '../follow.js';
import { waitOption } from '../result.js';
import { listing, showOne, type Columns } from '../show.js';

type Decision = InputOf<'decideGate'>['body']['decision'];

// The gate of a session answers its progress, the gate of a notification run the state of its job.
const decided: Columns<AnswerOf<'decideGate'> & { readonly id: string }> = [
  ['id', ({ id }) => id],
  ['status', (answer) => ('status' in answer ? answer.status : undefined)],
  [
    'phase',
    (answer) => ('currentPhase' in answer ? `${answer.currentPhase}/${answer.totalPhases}` : undefined),
  ],
];

const words: readonly OptionSpec[] = [
  { flags: '--comment <text>', about: 'kept with the decision' },
  { flags: '--notes <text>', about: 'reaches the prompts of later phases' },
  { flags: '--digest <digest>', about: 'of the output that was read; what waits now when left out' },
];
const edits: OptionSpec = { flags: '--edits <text>', about: 'the output as it shall be; @file reads a file' };
const instructions: OptionSpec = { flags: '--instructions <text>', about: 'for the phase that is redone' };

interface Decided {
  readonly gateId: string;
  readonly decision: Decision;
  readonly digest: string;
}

async function decide(
  client: SluiceClient,
  { gateId, decision, digest }: Decided,
  given: Given,
): Promise<AnswerOf<'decideGate'>> {
  const body: InputOf<'decideGate'>['body'] = {
    decision,
    outputDigest: given.text('digest') ?? digest,
    comment: given.text('comment'),
    notes: given.text('notes'),
    edits: await given.content('edits'),
    instructions: given.text('instructions'),
  };
  return client.call('decideGate', { params: { id: gateId }, body });
}

/** The gate that a session waits at, decided by the id of the session. */
async function decideSession(
  context: Context,
  id: string,
  { decision, given }: { readonly decision: Decision; readonly given: Given },
): Promise<void> {
  const client = await context.client();
  const {
    gateId,
    outputDigest: digest,
    status,
  } = await client.call('getSessionProgress', { params: { id } });
  if (gateId === null || digest === null) throw new CliError(`${id} waits at no gate: it is ${status}.`);
  const answer = await decide(client, { gateId, decision, digest }, given);
  showOne(context, Object.assign({ id }, answer), decided);
  if (given.flag('wait')) await waitFor(context, id, { decidedGate: gateId });
}

const list = listing({
  name: 'gate list',
  about: 'what waits for a decision',
  operation: 'listGates',
  columns: [
    ['id', ({ id }) => id],
    ['run', ({ jobId, sessionId }) => jobId ?? sessionId],
    ['phase', ({ phaseTitle }) => phaseTitle],
    ['since', ({ openedAt }) => openedAt],
    ['topic', ({ topic }) => topic],
  ],
  filters: [
    { flags: '--status <status>', about: 'waiting when left out' },
    { flags: '--template <name>', about: 'of this template' },
    { flags: '--phase <number>', about: 'of this phase' },
  ],
  examples: ['sluice gate list', 'sluice gate list -o ids | sluice gate decide approve -'],
});

const decisions: readonly string[] = ['approve', 'edit', 'redo', 'reject'] satisfies readonly Decision[];

const decideOne: CommandSpec = {
  name: 'gate decide',
  about: 'approve, edit, redo or reject what waits at gates',
  kind: 'sends',
  args: ['<decision>', '<id...>'],
  options: [...words, edits, instructions],
  examples: ['sluice gate decide approve gate_… --comment "reads well"'],
  run: async (context, [word = '', gateId = ''], given) => {
    if (!decisions.includes(word)) throw new UsageError(`A decision is one of ${decisions.join(', ')}.`);
    const client = await context.client();
    const gate = await client.call('getGate', { params: { id: gateId } });
    const digest = gate.editedDigest ?? gate.outputDigest;
    const answer = await decide(client, { gateId, decision: word as Decision, digest }, given);
    showOne(context, Object.assign({ id: gateId }, answer), decided);
  },
};

export const gateCommands: readonly CommandSpec[] = [
  list,
  decideOne,
  {
    name: 'session approve',
    about: 'approve the gate that sessions wait at',
    kind: 'sends',
    args: ['<id...>'],
    options: [...words, waitOption],
    examples: ['sluice session approve ses_… --wait'],
    run: async (context, [id = ''], given) => decideSession(context, id, { decision: 'approve', given }),
  },
  {
    name: 'session edit',
    about: 'approve with an output of your own',
    kind: 'sends',
    args: ['<id>'],
    options: [...words, edits, waitOption],
    examples: ['sluice session edit ses_… --edits @better.md'],
    run: async (context, [id = ''], given) => {
      if (given.text('edits') === undefined) throw new UsageError('--edits gives the output as it shall be.');
      await decideSession(context, id, { decision: 'edit', given });
    },
  },
];
