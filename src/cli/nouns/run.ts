import type { AnswerOf } from '../../client/operations.js';
import { exitCodes } from '../cli-error.js';
import type { CommandSpec } from '../command.js';
import { follow } from '../follow.js';
import { callsOf } from '../run-address.js';
import { listing, type Columns } from '../show.js';

export const jobColumns: Columns<AnswerOf<'getJob'>> = [
  ['id', ({ jobId }) => jobId],
  ['kind', ({ kind }) => kind],
  ['state', ({ state }) => state],
  ['created', ({ createdAt }) => createdAt],
  ['title', ({ title }) => title],
];

/** Commands for any run: a session or a job. */
export const runCommands: readonly CommandSpec[] = [
  listing({
    name: 'runs',
    about: 'jobs of every kind, newest first',
    operation: 'listJobs',
    columns: jobColumns,
    filters: [
      { flags: '--kind <kind>', about: 'like report' },
      { flags: '--status <status>', about: 'like FAILED' },
      { flags: '--created-from <time>', about: 'RFC 3339' },
      { flags: '--created-to <time>', about: 'RFC 3339' },
    ],
    examples: ['sluice runs --status FAILED'],
  }),
  {
    name: 'watch',
    about: 'follow the events of a job or a session to its end',
    args: ['<id>'],
    options: [{ flags: '--after <position>', about: 'begin after this event; 0 is the beginning' }],
    examples: ['sluice watch job_…'],
    run: async (context, [id = ''], given) => {
      const ending = await follow(context, id, { after: given.number('after') });
      if (ending !== 'completed') context.fail(exitCodes.error);
    },
  },
  {
    name: 'cancel',
    about: 'stop jobs or sessions',
    kind: 'sends',
    args: ['<id...>'],
    options: [{ flags: '--reason <text>', about: 'for the audit log, of a session' }],
    examples: ['sluice runs --status PROCESSING -o ids | sluice cancel -'],
    run: async ({ client, flags, terminal }, [id = ''], given) => {
      const answer = await callsOf(id).cancel(await client(), id, given.text('reason'));
      terminal.out(
        flags.output === 'json' ? JSON.stringify(answer) : flags.output === 'ids' ? id : `${id} is canceled`,
      );
    },
  },
];
