// Writes the registries of workflows and activities: a new kind of run is a row and its own files. `--check` compares only.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format } from 'oxfmt';

const root = fileURLToPath(new URL('..', import.meta.url));
const { runKinds, maintenanceWorkflows, serviceWorkflows, taskQueues } = await contracts();

/** A workflow that the contracts name is exported by the file of that name. */
function workflowsText() {
  const kinds = Object.values(runKinds).map(({ workflowType }) => workflowType);
  const names = [...kinds, ...Object.values(maintenanceWorkflows), ...Object.values(serviceWorkflows)];
  const files = filesOf('src/workflows');
  const lines = [...new Set(names)].sort().map((name) => {
    const end = `/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
    const file = files.find((each) => each.endsWith(end));
    if (file === undefined) throw new Error(`src/workflows has no file …${end} for the workflow ${name}`);
    return `export { ${name} } from './${file.replace(/ts$/, 'js')}';`;
  });
  return [
    '// Written by `node scripts/registries.mjs`: the workflows that the contracts name, which is what Temporal can run.',
    ...lines,
    '',
  ].join('\n');
}

/** A group is a function `create…Activities`. Its file may be named after a queue, `llm-activities.ts`, else it is of `flow`. */
function groupsText() {
  const groups = filesOf('src/activities').flatMap((file) => {
    const source = readFileSync(`${root}src/activities/${file}`, 'utf8');
    const names = [...source.matchAll(/^export function (create\w+Activities)\(/gm)];
    return file.includes('/') ? names.map(([, name]) => ({ name, file, queue: queueOf(file) })) : [];
  });
  const listOf = (queue) => groups.filter((each) => each.queue === queue).map(({ name }) => name);
  return [
    '// Written by `node scripts/registries.mjs`: each group of activities, by its task queue.',
    ...groups.map(({ name, file }) => `import { ${name} } from './${file.replace(/ts$/, 'js')}';`),
    '',
    'export const activityGroups = {',
    ...Object.keys(taskQueues).map((queue) => `  ${queue}: [${listOf(queue).join(', ')}],`),
    '} as const;',
    '',
  ].join('\n');
}

function queueOf(file) {
  const prefix = /\/(\w+)-activities\.ts$/.exec(file)?.[1];
  return prefix in taskQueues ? prefix : 'flow';
}

function filesOf(room) {
  return readdirSync(`${root}${room}`, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

async function contracts() {
  const outfile = `${root}node_modules/.cache/contract-names.mjs`;
  const contents = `export { runKinds } from './run-kinds.js'; export * from './names.js';`;
  const stdin = { contents, resolveDir: `${root}src/contracts`, loader: 'ts' };
  await build({ stdin, outfile, bundle: true, format: 'esm', platform: 'node' });
  return import(outfile);
}

const isCheck = process.argv[2] === '--check';
const style = JSON.parse(readFileSync(`${root}.oxfmtrc.json`, 'utf8'));
for (const [file, text] of [
  ['src/workflows/index.ts', workflowsText()],
  ['src/activities/groups.ts', groupsText()],
]) {
  const { code: formatted } = await format(file, text, style);
  if (!isCheck) writeFileSync(`${root}${file}`, formatted);
  else if (readFileSync(`${root}${file}`, 'utf8') !== formatted) {
    console.error(`${file} is not what the sources say: node scripts/registries.mjs writes it`);
    process.exitCode = 1;
  }
}
