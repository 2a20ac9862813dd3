import type { oas31 } from 'zod-openapi';
import { html, prose, type Html } from './html.js';

export type Schema = oas31.SchemaObject | oas31.ReferenceObject;

const DEEPEST = 4;

/** A schema as nested lists: a name, what it is, and what it means. A named schema is a link to its own entry. */
export function schemaView(schema: Schema, depth = 0): Html {
  const open = membersOf(schema);
  if (open === undefined || depth > DEEPEST) return html`<span class="type">${typeOf(schema)}</span>`;
  const required = new Set('required' in open ? open.required : []);
  return html`<ul class="members">
    ${Object.entries(open.properties ?? {}).map(([name, member]) =>
      memberView({ name, member: member as Schema, required: required.has(name), depth }),
    )}
  </ul>`;
}

function memberView(of: { name: string; member: Schema; required: boolean; depth: number }): Html {
  const { name, member, required, depth } = of;
  const inner = '$ref' in member ? undefined : membersOf(itemOf(member));
  return html`<li>
    <code>${name}</code> <span class="type">${typeOf(member)}</span>${required ? '' : html` <i>optional</i>`}
    ${'description' in member && member.description !== undefined && prose(member.description)}
    ${inner !== undefined && !('$ref' in inner) && schemaView(inner, depth + 1)}
  </li>`;
}

function itemOf(schema: oas31.SchemaObject): Schema {
  return schema.type === 'array' && typeof schema.items === 'object' ? (schema.items as Schema) : schema;
}

function membersOf(schema: Schema): oas31.SchemaObject | undefined {
  return !('$ref' in schema) && schema.properties !== undefined ? schema : undefined;
}

/** The possible values, in a few words. */
export function typeOf(schema: Schema): Html {
  if ('$ref' in schema) {
    const name = nameOf(schema.$ref);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined)
    return joined(
      variants.map((variant) => typeOf(variant as Schema)),
      ' or ',
    );
  if (schema.enum !== undefined)
    return joined(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ' | ',
    );
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`;
  if (schema.type === 'array') return html`list of ${typeOf((schema.items ?? {}) as Schema)}`;
  const types = [schema.type ?? 'any'].flat();
  return html`${types.join(' or ')}${limitsOf(schema)}`;
}

function limitsOf(schema: oas31.SchemaObject): string {
  const { minimum, maximum, minLength, maxLength, format, default: standard } = schema;
  const far = (limit: number): boolean => Math.abs(limit) >= Number.MAX_SAFE_INTEGER;
  const words = [
    format,
    minimum !== undefined && !far(minimum) ? `from ${minimum}` : undefined,
    maximum !== undefined && !far(maximum) ? `to ${maximum}` : undefined,
    minLength !== undefined && maxLength !== undefined
      ? `${minLength} to ${maxLength} characters`
      : undefined,
    standard === undefined ? undefined : `default ${JSON.stringify(standard)}`,
  ].filter((word) => word !== undefined);
  return words.length === 0 ? '' : `, ${words.join(', ')}`;
}

function joined(parts: readonly Html[], separator: string): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html`${separator}${part}`))}`;
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}
