import { runStatuses } from '../../domain/runs/status.js';
import { stepNames } from '../../domain/sessions/state.js';
import type { AnswerOf, InputOf, ItemOf } from '../../client/operations.js';
import type { CommandSpec, OptionSpec } from '../command.js';
import { waitFor, follow } from '../follow.js';
import { exitCodes } from '../cli-error.js';
import { listing, showOne, type Columns } from '../show.js';
import { resultTo, fileOption, waitOption } from '../result.js';

const summary: Columns<ItemOf<'listSessions'> | AnswerOf<'getSession'>> = [
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
  ['topic', ({ topic }) => topic],
];

const start: CommandSpec = {
  name: 'session start',
  about: 'start a session on a topic',
  kind: 'sends',
  args: ['<topic>'],
  options: [
    { flags: '--template <name>', about: 'its phases and prompts' },
    { flags: '--input <text>', about: 'what it works on; @file reads a file' },
    { flags: '--model <name>', about: 'instead of the one of the template' },
    { flags: '--tag <tag>', about: 'to find it again', many: true },
    { flags: '--auto-phases', about: 'go on at each gate without a person' },
    { flags: '--manual-steps', about: 'wait before each step' },
    { flags: '--max-tokens <number>', about: 'budget' },
    { flags: '--max-cost <usd>', about: 'budget' },
    waitOption,
  ],
  examples: ['sluice session start "home coffee roasting" --tag coffee --wait'],
  run: async (context, [topic = ''], given) => {
    const limits = { maxTokens: given.number('maxTokens'), maxCostUsd: given.number('maxCost') };
    const hasLimits = limits.maxTokens !== undefined || limits.maxCostUsd !== undefined;
    const body: InputOf<'createSession'>['body'] = {
      topic,
      template: given.text('template'),
      input: await given.content('input'),
      model: given.text('model'),
      tags: given.many('tag'),
      autoProgressPhases: given.said('autoPhases'),
      autoProgressSteps: given.flag('manualSteps') ? false : undefined,
      budget: hasLimits ? limits : undefined,
    };
    const made = await (await context.client()).call('createSession', { body });
    showOne(context, made, accepted);
    if (given.flag('wait')) await waitFor(context, made.id, { after: 0 });
  },
};

export const accepted: Columns<{ readonly id: string; readonly status: string }> = [
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
];

const list = listing({
  name: 'session list',
  about: 'sessions, newest first',
  operation: 'listSessions',
  columns: [
    ['id', ({ id }) => id],
    ['status', ({ status }) => status],
    ['phase', ({ currentPhase, totalPhases }) => `${currentPhase}/${totalPhases}`],
    ['%', ({ percent }) => percent],
    ['created', ({ createdAt }) => createdAt],
    ['topic', ({ topic }) => topic],
  ],
  filters: [
    {
      flags: '--status <status>',
      about: 'like waiting_approval',
      choices: runStatuses,
    },
    { flags: '--template <name>', about: 'of this template' },
    { flags: '--tag <tag>', about: 'with this tag' },
    { flags: '--owner-id <user>', about: 'of this person; for an ADMIN' },
    { flags: '--q <words>', about: 'words of the topic' },
    { flags: '--created-from <time>', about: 'RFC 3339' },
    { flags: '--created-to <time>', about: 'RFC 3339' },
  ],
  examples: [
    'sluice session list --status waiting_approval',
    'sluice session list -o ids | sluice session get -',
  ],
});

const get: CommandSpec = {
  name: 'session get',
  about: 'everything about sessions; -o json is all of it',
  args: ['<id...>'],
  examples: ['sluice session get ses_… -o json'],
  run: async (context, [id = '']) =>
    showOne(context, await (await context.client()).call('getSession', { params: { id } }), summary),
};

const progress: Columns<AnswerOf<'getSessionProgress'> & { readonly id: string }> = [
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
  ['phase', ({ currentPhase, totalPhases }) => `${currentPhase}/${totalPhases}`],
  ['%', ({ percent }) => percent],
  ['gate', ({ gateId }) => gateId],
];

const watch: CommandSpec = {
  name: 'session watch',
  about: 'follow the steps of a session to its end',
  args: ['<id>'],
  options: [{ flags: '--after <position>', about: 'begin after this event; 0 is the beginning' }],
  examples: ['sluice session watch ses_…'],
  run: async (context, [id = ''], given) => {
    const ending = await follow(context, id, { after: given.number('after') });
    if (ending !== 'completed') context.fail(exitCodes.error);
  },
};

type Command = 'pauseSession' | 'resumeSession' | 'cancelSession' | 'reviveSession';

/** A command that takes a reason and answers the new progress. */
function commanding(verb: string, operation: Command, about: string): CommandSpec {
  return {
    name: `session ${verb}`,
    about,
    kind: 'sends',
    args: ['<id...>'],
    options: [{ flags: '--reason <text>', about: 'for the audit log' }],
    examples: [`sluice session list --tag old -o ids | sluice session ${verb} -`],
    run: async (context, [id = ''], given) => {
      const body = { reason: given.text('reason') };
      const answer = await (await context.client()).call(operation, { params: { id }, body });
      showOne(context, Object.assign({ id }, answer), progress);
    },
  };
}

const proceed: CommandSpec = {
  name: 'session continue',
  about: 'go on to the next step, or from the last good step of a session that needs attention',
  kind: 'sends',
  args: ['<id...>'],
  options: [
    { flags: '--instructions <text>', about: 'for the step that is due' },
    { flags: '--skip <reason>', about: 'leave the failed step out' },
    { flags: '--finish', about: 'end with what there is' },
  ],
  examples: ['sluice session continue ses_…'],
  run: async (context, [id = ''], given) => {
    const skip = given.text('skip');
    const body = {
      instructions: given.text('instructions'),
      skip: skip === undefined ? undefined : { reason: skip },
      finish: given.said('finish'),
    };
    const answer = await (await context.client()).call('continueSession', { params: { id }, body });
    showOne(context, Object.assign({ id }, answer), progress);
  },
};

const from: readonly OptionSpec[] = [
  { flags: '--phase <number>', about: 'from this phase on' },
  { flags: '--step <step>', about: 'and this step', choices: stepNames },
  { flags: '--instructions <text>', about: 'what to do otherwise' },
  { flags: '--input <text>', about: 'instead of the old one; @file reads a file' },
  { flags: '--model <name>', about: 'instead of the old one' },
];

const preview: Columns<Preview> = [
  ['reused', ({ reusedSteps }) => reusedSteps.length],
  ['run again', ({ rerunSteps }) => rerunSteps.length],
  ['tokens', ({ estimatedTokens }) => estimatedTokens],
  ['USD', ({ estimatedCostUsd }) => estimatedCostUsd],
  ['rests on', ({ basis }) => basis],
];
type Preview = Extract<AnswerOf<'forkSession'>, { readonly estimatedTokens: number | null }>;
type Rerun = NonNullable<InputOf<'redoSession'>['body']>;

function again(verb: 'redo' | 'fork', about: string): CommandSpec {
  return {
    name: `session ${verb}`,
    about,
    kind: 'previews',
    args: ['<id>'],
    options: [...from, waitOption],
    examples: [`sluice session ${verb} ses_… --phase 2 --instructions "shorter" --dry-run`],
    run: async (context, [id = ''], given) => {
      const step = given.text('step') as Rerun['from']['step'];
      const body: Rerun = {
        from: { phase: given.number('phase') ?? 1, step },
        instructions: given.text('instructions'),
        input: await given.content('input'),
        model: given.text('model'),
        dryRun: context.flags.dryRun,
      };
      const client = await context.client();
      const input = { params: { id }, body };
      const answer =
        verb === 'redo' ? await client.call('redoSession', input) : await client.call('forkSession', input);
      if ('reusedSteps' in answer) showOne(context, answer, preview);
      else {
        const made = 'currentPhase' in answer ? id : answer.id;
        if ('currentPhase' in answer) showOne(context, Object.assign({ id }, answer), progress);
        else showOne(context, answer, accepted);
        if (given.flag('wait')) await waitFor(context, made, 'currentPhase' in answer ? {} : { after: 0 });
      }
    },
  };
}

const compare: CommandSpec = {
  name: 'session compare',
  about: 'a session beside another one, or beside an attempt of its own, as JSON',
  args: ['<id>', '<other>'],
  examples: ['sluice session compare ses_… attempt:1'],
  run: async (context, [id = '', other = '']) => {
    const query = { with: other };
    const answer = await (await context.client()).call('compareSessions', { params: { id }, query });
    context.terminal.out(JSON.stringify(answer));
  },
};

const exported: CommandSpec = {
  name: 'session export',
  about: 'one JSON file with everything about a session',
  args: ['<id>'],
  options: [fileOption],
  examples: ['sluice session export ses_… --file session.json'],
  run: async (context, [id = ''], given) =>
    resultTo(
      context,
      await (await context.client()).send('exportSession', { params: { id } }),
      given.text('file'),
    ),
};

export const sessionCommands: readonly CommandSpec[] = [
  start,
  list,
  get,
  watch,
  proceed,
  again('redo', 'a new attempt from a phase or step on; --dry-run gives its price'),
  again('fork', 'a new session from a phase or step of this one; --dry-run gives its price'),
  commanding('pause', 'pauseSession', 'start no further step'),
  commanding('resume', 'resumeSession', 'go on after a pause'),
  commanding('cancel', 'cancelSession', 'end sessions now'),
  commanding(
    'revive',
    'reviveSession',
    'go on from the stored state when Temporal lost the workflow (for an ADMIN)',
  ),
  compare,
  exported,
];
