// Writes the pages docs/reference-*.md from the tables of the program; `--check` only says whether they are up to date.
import { Buffer } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);
const outfile = fileURLToPath(new URL('node_modules/.cache/reference.mjs', root));
await build({
  stdin: {
    contents: `
      export { variables } from './src/platform/config/variables.js';
      export { routeRecords } from './src/contracts/routes.js';
      export { eventNames } from './src/contracts/event-data.js';
      export { eventDataSchema } from './src/contracts/events.js';
      export { metricSpecs } from './src/contracts/operation/metric-specs.js';
      export { problems } from './src/api/http/problems.js';
      export { commands } from './src/cli/commands.js';
      export { toJSONSchema } from 'zod';
    `,
    resolveDir: fileURLToPath(root),
  },
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
});
const {
  variables,
  routeRecords,
  eventNames,
  eventDataSchema,
  metricSpecs,
  problems,
  commands,
  toJSONSchema,
} = await import(outfile);

const pages = {
  'reference-configuration': [
    'Configuration',
    'Every environment variable that Sluice reads. Nothing has to be set for `npm start`; `.env.example` has the same list as a file.',
    configuration,
  ],
  'reference-api': [
    'Routes',
    'Every route of the HTTP API. Schemas, answers and problems of each are in `/docs` and `/openapi.json` of a running server.',
    api,
  ],
  'reference-events': [
    'Events: names and data',
    'Every event with its members. Each has `pos`, `at` and `type` besides; see [Events](events.md) for how to read them.',
    events,
  ],
  'reference-errors': [
    'Problems',
    'Every `code` of a problem document (RFC 9457). A code stays the same; its words may change.',
    errors,
  ],
  'reference-metrics': [
    'Metrics',
    'Every metric of Sluice at `/metrics` and at the port of a worker. Node and the Temporal SDK add their own. Replicas of the API agree on a metric of the house, so take its `max`.',
    metrics,
  ],
  'reference-cli': [
    'Commands',
    'Every command of `sluice`. Each prints its options and examples with `--help`.',
    cli,
  ],
};

const checking = process.argv[2] === '--check';
for (const [name, [title, about, body]] of Object.entries(pages)) {
  const file = fileURLToPath(new URL(`docs/${name}.md`, root));
  const text = `# ${title}\n\n${about}\n\n${body().join('\n')}\n`;
  if (!checking) await writeFile(file, Buffer.from(text));
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`docs/${name}.md is not what the program says; run: node scripts/reference.mjs`);
    process.exitCode = 1;
  }
}

function configuration() {
  return table(
    ['variable', 'default', 'what it is'],
    Object.values(variables).map(({ env, about, schema, allowed, secret }) => {
      const standard = schema.safeParse(undefined).data;
      const values = allowed ?? schema.def.innerType?.options?.join(', ');
      return [
        `\`${env}\``,
        standard === undefined || standard === '' ? '' : `\`${standard}\``,
        [about, values && `Allowed: ${values}.`, secret && 'Secret.'].filter(Boolean).join(' '),
      ];
    }),
  );
}

function api() {
  const tags = Map.groupBy
    ? Map.groupBy(Object.values(routeRecords), ({ tag }) => tag.toLowerCase())
    : groupByTag(Object.values(routeRecords));
  return [...tags].flatMap(([tag, records]) => [
    `## ${tag.charAt(0).toUpperCase()}${tag.slice(1)}`,
    '',
    ...table(
      ['route', 'for', 'operation', 'what it does'],
      records.map(({ method, path, access, operationId, summary }) => [
        `\`${method} ${path}\``,
        { open: 'everybody', user: 'users', admin: 'ADMIN' }[access] ?? `\`${access}\``,
        `\`${operationId}\``,
        summary,
      ]),
    ),
    '',
  ]);
}

function groupByTag(records) {
  const tags = new Map();
  for (const record of records) {
    const tag = record.tag.toLowerCase();
    tags.set(tag, [...(tags.get(tag) ?? []), record]);
  }
  return tags;
}

function events() {
  return eventNames.flatMap((name) => {
    const { properties = {}, required = [] } = toJSONSchema(eventDataSchema(name), {
      unrepresentable: 'any',
    });
    const rows = Object.entries(properties).map(([member, schema]) => [
      `\`${member}\`${required.includes(member) ? '' : ' (optional)'}`,
      typeOf(schema),
      schema.description ?? '',
    ]);
    return [
      `## \`${name}\``,
      '',
      ...(rows.length === 0 ? ['Nothing besides.'] : table(['member', 'type', 'what it is'], rows)),
      '',
    ];
  });
}

function typeOf({ type, enum: values, const: value, anyOf, items }) {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  if (values !== undefined) return values.map((each) => `\`${each}\``).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (type === 'array') return `list of ${typeOf(items ?? {})}`;
  return Array.isArray(type) ? type.join(' or ') : (type ?? 'any');
}

function errors() {
  const rows = Object.entries(problems).map(([code, { status, title }]) => [
    `\`${code}\``,
    String(status),
    title,
  ]);
  return table(
    ['code', 'status', 'what it means'],
    rows.sort(([, one], [, other]) => Number(one) - Number(other)),
  );
}

function metrics() {
  const from = { api: 'each API', worker: 'each worker', process: 'each process', house: 'the house' };
  return table(
    ['metric', 'type', 'of', 'labels', 'what it is'],
    Object.entries(metricSpecs).map(([name, { type, from: source, labels, help }]) => [
      `\`${name}\``,
      type,
      from[source],
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );
}

function cli() {
  return table(
    ['command', 'what it does'],
    commands.map(({ name, args = [], about }) => [`\`sluice ${[name, ...args].join(' ')}\``, about]),
  );
}

function table(heads, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
