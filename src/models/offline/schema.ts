import { readContext } from '../prompt/read.js';
import { materialOf, type OfflineMaterial } from './material.js';
import { pickSome, seedOf } from './seed.js';

type Node = Readonly<Record<string, unknown>>;

interface Walk {
  readonly root: Node;
  readonly material: OfflineMaterial;
  readonly sentences: readonly string[];
  /** The path so far, which makes two strings of one answer differ. */
  readonly path: readonly string[];
}

const MAX_DEPTH = 12;

/**
 * A JSON value for an output schema, out of the topic and the composed text. Says that it is the offline model's in the
 * first text that has room for it. Patterns are met only by examples: a schema with others fails plainly.
 */
export function composeOfflineValue(schema: Node, prompt: string, composed: string): unknown {
  const material = materialOf(readContext(prompt));
  const sentences = composed
    .split('\n')
    .filter((line) => !/^\s*(?:$|>|#|\|)/.test(line))
    .map((line) => line.replace(/^\s*(?:[-*]|\d+\.)\s+/, '').replaceAll('**', ''))
    .filter((line) => line.length > 8);
  const value = valueOf(schema, { root: schema, material, sentences, path: [] });
  const mark = material.language === 'ja' ? '【オフラインモデル / offline model】' : '[offline model] ';
  markFirstText(value, mark, { schema, root: schema });
  return value;
}

function valueOf(given: Node, walk: Walk): unknown {
  const node = resolve(given, walk.root);
  if ('const' in node) return node['const'];
  if (Array.isArray(node['enum'])) return pickSome(node['enum'] as unknown[], 1, seedFor(walk))[0];
  if ('default' in node) return node['default'];
  if (Array.isArray(node['examples']) && node['examples'].length > 0)
    return (node['examples'] as unknown[])[0];
  const variants = node['anyOf'] ?? node['oneOf'];
  if (Array.isArray(variants)) return valueOf(firstSolid(variants as Node[]), walk);
  if (Array.isArray(node['allOf'])) return valueOf(merged(node, node['allOf'] as Node[]), walk);
  const type = Array.isArray(node['type'])
    ? (node['type'] as string[]).find((one) => one !== 'null')
    : (node['type'] as string | undefined);
  switch (type) {
    case 'object':
      return objectOf(node, walk);
    case 'array':
      return arrayOf(node, walk);
    case 'string':
      return stringOf(node, walk);
    case 'number':
    case 'integer':
      return numberOf(node, type === 'integer', walk);
    case 'boolean':
      return seedFor(walk) % 2 === 0;
    case 'null':
      return null;
    case undefined:
    default:
      return node['properties'] === undefined ? stringOf(node, walk) : objectOf(node, walk);
  }
}

function resolve(node: Node, root: Node): Node {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  const target = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .reduce<unknown>(
      (at, part) => (at as Node | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      root,
    );
  return typeof target === 'object' && target !== null && target !== node ? (target as Node) : {};
}

const firstSolid = (variants: readonly Node[]): Node =>
  variants.find((variant) => variant['type'] !== 'null') ?? variants[0] ?? {};

function merged(node: Node, parts: readonly Node[]): Node {
  return parts.reduce<Node>(
    (all, part) => ({
      ...all,
      ...part,
      properties: { ...(all['properties'] as Node | undefined), ...(part['properties'] as Node | undefined) },
      required: [
        ...((all['required'] as string[] | undefined) ?? []),
        ...((part['required'] as string[] | undefined) ?? []),
      ],
    }),
    { ...node, allOf: undefined },
  );
}

function objectOf(node: Node, walk: Walk): Record<string, unknown> {
  const required = new Set(node['required'] as string[] | undefined);
  const properties = Object.entries((node['properties'] ?? {}) as Record<string, Node>);
  // A schema that contains itself ends at its optional members.
  const deep = walk.path.length >= MAX_DEPTH / 2;
  return Object.fromEntries(
    properties
      .filter(([name]) => required.has(name) || !deep)
      .map(([name, child]) => [name, valueOf(child, { ...walk, path: [...walk.path, name] })]),
  );
}

function arrayOf(node: Node, walk: Walk): unknown[] {
  const minimum = Number(node['minItems'] ?? 0);
  const maximum = Number(node['maxItems'] ?? Infinity);
  const wanted = walk.path.length >= MAX_DEPTH / 2 ? minimum : Math.max(minimum, 3);
  const items = (node['items'] ?? { type: 'string' }) as Node;
  const one = resolve(items, walk.root);
  const choices = one['enum'];
  if (Array.isArray(choices))
    return pickSome(choices as unknown[], Math.min(wanted, maximum, choices.length), seedFor(walk));
  if (walk.path.length >= MAX_DEPTH) return [];
  return Array.from({ length: Math.min(wanted, maximum) }, (_, index) =>
    valueOf(items, { ...walk, path: [...walk.path, String(index)] }),
  );
}

function stringOf(node: Node, walk: Walk): string {
  const formatted = ofFormat(node['format'], walk);
  if (formatted !== undefined) return formatted;
  const name = [...walk.path].reverse().find((part) => !/^\d+$/.test(part)) ?? '';
  const text = /title|name|label|keyword|tag|topic|subject|heading/i.test(name)
    ? shortText(walk)
    : longText(walk);
  return fitted(text, Number(node['minLength'] ?? 0), Number(node['maxLength'] ?? Infinity));
}

function shortText({ material, path }: Walk): string {
  const names = [...material.carried.map((item) => item.name), ...material.terms];
  const index = Number(path.findLast((part) => /^\d+$/.test(part)) ?? 0);
  return names[index % names.length] ?? material.subject;
}

function longText(walk: Walk): string {
  return walk.sentences[seedFor(walk) % Math.max(walk.sentences.length, 1)] ?? walk.material.subject;
}

function fitted(text: string, minimum: number, maximum: number): string {
  let fitting = text;
  while ([...fitting].length < minimum) fitting += ` ${text}`;
  return [...fitting].slice(0, Math.min([...fitting].length, maximum)).join('');
}

function ofFormat(format: unknown, walk: Walk): string | undefined {
  const number = seedFor(walk);
  const hex = number.toString(16).padStart(8, '0');
  switch (format) {
    case 'date':
      return '2025-01-15';
    case 'date-time':
      return '2025-01-15T09:00:00Z';
    case 'time':
      return '09:00:00Z';
    case 'email':
      return 'offline-model@example.com';
    case 'uri':
    case 'url':
      return `https://example.com/offline-model/${hex}`;
    case 'uuid':
      return `${hex}-0000-4000-8000-${hex}0000`;
    default:
      return undefined;
  }
}

function numberOf(node: Node, whole: boolean, walk: Walk): number {
  const step = Number(node['multipleOf'] ?? (whole ? 1 : 0.1));
  const lowest = Math.max(Number(node['minimum'] ?? -Infinity), above(node['exclusiveMinimum'], step));
  const highest = Math.min(
    Number(node['maximum'] ?? Infinity),
    -above(negated(node['exclusiveMaximum']), step),
  );
  const from = lowest === -Infinity ? Math.min(1, highest) : lowest;
  const to = highest === Infinity ? from + 9 : highest;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.max(first, Math.floor(to / step + 1e-9));
  const value = (first + (seedFor(walk) % (last - first + 1))) * step;
  return Number(value.toFixed(6));
}

const above = (bound: unknown, step: number): number =>
  typeof bound === 'number' ? bound + step : -Infinity;
const negated = (bound: unknown): unknown => (typeof bound === 'number' ? -bound : bound);

const seedFor = (walk: Walk): number => seedOf(walk.material.subject, ...walk.material.notes, ...walk.path);

/** Puts the mark before the first text without a form of its own that stays within its limit. True when it did. */
function markFirstText(
  value: unknown,
  mark: string,
  { schema, root }: { schema: Node; root: Node },
): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const node = resolve(schema, root);
  for (const [key, member] of Object.entries(value)) {
    const child = resolve(
      Array.isArray(value)
        ? ((node['items'] ?? {}) as Node)
        : (((node['properties'] ?? {}) as Record<string, Node>)[key] ?? {}),
      root,
    );
    if (
      typeof member === 'string' &&
      isFreeText(child) &&
      mark.length < Number(child['maxLength'] ?? Infinity) / 2
    ) {
      (value as Record<string, unknown>)[key] = [...(mark + member)]
        .slice(0, Number(child['maxLength'] ?? Infinity))
        .join('');
      return true;
    }
    if (markFirstText(member, mark, { schema: child, root })) return true;
  }
  return false;
}

const isFreeText = (node: Node): boolean =>
  node['type'] === 'string' &&
  ['enum', 'const', 'default', 'examples', 'format', 'pattern'].every((key) => !(key in node));
