import type { InputOf } from '../../client/operations.js';
import { exitCodes } from '../cli-error.js';
import type { CommandSpec, OptionSpec } from '../command.js';
import { waitFor } from '../follow.js';
import { fileOption, resultTo } from '../result.js';
import { listing } from '../show.js';

const filters: readonly OptionSpec[] = [
  { flags: '--resource-type <noun>', about: 'like user or session' },
  { flags: '--resource-id <id>', about: 'of this record' },
  { flags: '--action <word>', about: 'like approve' },
  { flags: '--actor-id <id>', about: 'by this user' },
  { flags: '--from <time>', about: 'at this moment or later' },
  { flags: '--to <time>', about: 'before this moment' },
  { flags: '--include-deleted', about: 'hidden entries too' },
];

const verify: CommandSpec = {
  name: 'audit verify',
  about:
    'check the hash chain and signatures: of an export offline, or of the whole log when no file is given',
  args: ['[file]'],
  options: [{ flags: '--key <hex>', about: 'public key that the file must be signed with' }],
  examples: ['sluice audit verify', 'sluice audit verify audit.ndjson --key 3b6a…'],
  run: async (context, [file], given) => {
    if (file === undefined) {
      const verdict = await (await context.client()).call('verifyAuditLog');
      context.terminal.out(JSON.stringify(verdict));
      if (!verdict.valid) context.fail(exitCodes.error);
      return;
    }
    const { auditVerifyCommand } = await import('../audit-verify.js');
    const key = given.text('key');
    const json = context.flags.output === 'json';
    const options = key === undefined ? { json } : { key, json };
    if (!(await auditVerifyCommand(file, options, context.terminal))) context.fail(exitCodes.error);
  },
};

const exported: CommandSpec = {
  name: 'audit export',
  about: 'the log as a file that can be checked offline',
  kind: 'sends',
  options: [
    ...filters,
    { flags: '--format <format>', about: 'of the file', choices: ['ndjson', 'csv'] },
    fileOption,
  ],
  examples: ['sluice audit export --file audit.ndjson'],
  run: async (context, _args, given) => {
    const body = {
      format: given.text('format'),
      resourceType: given.text('resourceType'),
      resourceId: given.text('resourceId'),
      action: given.text('action'),
      actorId: given.text('actorId'),
      from: given.text('from'),
      to: given.text('to'),
      includeDeleted: given.said('includeDeleted'),
    } as NonNullable<InputOf<'exportAuditLog'>['body']>;
    const client = await context.client();
    const { jobId: id } = await client.call('exportAuditLog', { body });
    context.terminal.err(`job ${id} accepted`);
    await waitFor(context, id, { after: 0 });
    await resultTo(context, await client.send('getJobResult', { params: { id } }), given.text('file'));
  },
};

export const auditCommands: readonly CommandSpec[] = [
  listing({
    name: 'audit list',
    about: 'who did what to which record, newest first',
    operation: 'listAuditLogs',
    columns: [
      ['id', ({ id }) => id],
      ['when', ({ timestamp }) => timestamp],
      ['who', ({ actor }) => actor.name],
      ['did', ({ action }) => action],
      ['to', ({ resourceType }) => resourceType],
      ['record', ({ resourceId }) => resourceId],
    ],
    filters,
    examples: ['sluice audit list --resource-type gate --from 2027-01-01T00:00:00Z'],
  }),
  verify,
  exported,
];
