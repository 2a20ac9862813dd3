// Writes `.env.example` from the table of variables; `--check [file]` only says whether it is up to date.
import { Buffer } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);
const table = new URL('src/platform/config/variables.ts', root);

/** Variables of docker-compose.temporal.yml alone: they never reach a process of ours under that name. */
const composeVariables = [
  ['POSTGRES_PASSWORD', 'Password of the PostgreSQL superuser, used for setting up alone.'],
  ['SLUICE_DB_PASSWORD', "Password of the database role that Sluice's processes sign in with."],
  ['TEMPORAL_DB_PASSWORD', 'Password of the database role that the Temporal server signs in with.'],
  ['REDIS_PASSWORD', 'Password of Redis.'],
  ['S3_ROOT_ACCESS_KEY', 'Access key of the S3-compatible store.'],
  ['S3_ROOT_SECRET_KEY', 'Secret key of the S3-compatible store.'],
];

async function loadVariables() {
  const built = await build({
    entryPoints: [fileURLToPath(table)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const code = Buffer.from(built.outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).variables;
}

/** The comments of the table are the headings here. A row that comes from elsewhere stays under the last one. */
async function loadHeadings() {
  const headings = new Map();
  let heading = '';
  for (const line of (await readFile(table, 'utf8')).split('\n')) {
    heading = /^ {2}\/\/ (.+)$/.exec(line)?.[1] ?? heading;
    const key = /^ {2}(\w+): /.exec(line)?.[1];
    if (key !== undefined) headings.set(key, heading);
  }
  return headings;
}

function describe(variable) {
  const standard = variable.schema.safeParse(undefined).data;
  const allowed = variable.allowed ?? variable.schema.def.innerType?.options?.join(', ');
  return [
    `# ${variable.about}`,
    ...(allowed === undefined ? [] : [`# Allowed: ${allowed}.`]),
    ...(variable.secret ? ['# Secret.'] : []),
    `#${variable.env}=${standard === undefined ? '' : String(standard)}`,
    '',
  ];
}

async function render() {
  const [variables, headings] = [await loadVariables(), await loadHeadings()];
  const lines = [
    '# Every variable that Sluice reads, with its default. Nothing has to be set for `npm start`.',
    '# Written by `node scripts/env-example.mjs` from src/platform/config/variables.ts.',
    '',
  ];
  let heading = '';
  for (const [key, variable] of Object.entries(variables)) {
    const next = headings.get(key) ?? heading;
    if (next !== heading) lines.push(`## ${next}`, '');
    heading = next;
    lines.push(...describe(variable));
  }
  lines.push('## Only for docker-compose.temporal.yml, which has no default secrets', '');
  for (const [name, about] of composeVariables) lines.push(`# ${about}`, `#${name}=`, '');
  return `${lines.join('\n').trimEnd()}\n`;
}

const target = process.argv[3] ?? fileURLToPath(new URL('.env.example', root));
const wanted = await render();
if (process.argv[2] !== '--check') {
  await writeFile(target, wanted);
} else if ((await readFile(target, 'utf8').catch(() => '')) !== wanted) {
  console.error(`${target} is not what the table of variables says; run: node scripts/env-example.mjs`);
  process.exit(1);
}
