import { t } from '../app/i18n';
import { Button, IconButton } from './button';
import { AreaField, CheckField, SelectField, TextField } from './field';
import { wordsOf } from './words-of';

interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly [member: string]: unknown;
}

interface SchemaFormProps {
  readonly schema: object;
  /** The data as JSON text, as drafts and the API have it. */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A form for data that has a schema. Text that is not data is edited as text. */
export function SchemaForm({ schema, text, onChange }: SchemaFormProps) {
  const data = parse(text);
  if (data === undefined) {
    return (
      <AreaField label="JSON" code rows={20} value={text} onChange={onChange} fault={t().gate.notData} />
    );
  }
  return (
    <div class="schema-form">
      <Part
        schema={schema as Schema}
        name=""
        value={data}
        onChange={(next) => onChange(JSON.stringify(next, null, 2))}
      />
    </div>
  );
}

interface PartProps {
  readonly schema: Schema;
  readonly name: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

const LONG_TEXT = 60;

function Part({ schema, name, value, onChange }: PartProps) {
  const label = schema.title ?? wordsOf(name);
  const hint = schema.description;
  if (schema.enum !== undefined) {
    const options = schema.enum.map((each) => [String(each), String(each)] as const);
    return <SelectField label={label} value={String(value)} options={options} onChange={onChange} />;
  }
  switch (typeOf(schema, value)) {
    case 'object':
      return <ObjectPart schema={schema} name={name} value={value} onChange={onChange} />;
    case 'array':
      return <ListPart schema={schema} name={name} value={value} onChange={onChange} />;
    case 'boolean':
      return <CheckField label={label} checked={value === true} onChange={onChange} />;
    case 'number':
    case 'integer':
      return (
        <TextField
          label={label}
          hint={hint}
          type="number"
          value={String(value ?? '')}
          onChange={(next) => onChange(Number(next))}
        />
      );
    default: {
      const text = String(value ?? '');
      const isLong = text.length > LONG_TEXT || text.includes('\n');
      return isLong ? (
        <AreaField
          label={label}
          hint={hint}
          rows={Math.min(12, 2 + text.length / 90)}
          value={text}
          onChange={onChange}
        />
      ) : (
        <TextField label={label} hint={hint} value={text} onChange={onChange} />
      );
    }
  }
}

function typeOf({ type }: Schema, value: unknown): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'object' : typeof value;
}

function ObjectPart({ schema, name, value, onChange }: PartProps) {
  const members = (value ?? {}) as Record<string, unknown>;
  const names = Object.keys(schema.properties ?? members);
  const inside = names.map((each) => (
    <Part
      key={each}
      schema={schema.properties?.[each] ?? {}}
      name={each}
      value={members[each]}
      onChange={(next) => onChange({ ...members, [each]: next })}
    />
  ));
  if (name === '') return <>{inside}</>;
  return (
    <fieldset>
      <legend>{schema.title ?? wordsOf(name)}</legend>
      {inside}
    </fieldset>
  );
}

function ListPart({ schema, name, value, onChange }: PartProps) {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const item = schema.items ?? {};
  const empty = typeOf(item, list[0]) === 'object' ? {} : '';
  return (
    <fieldset>
      <legend>{schema.title ?? wordsOf(name)}</legend>
      {list.map((each, place) => (
        <div class="schema-item" key={place}>
          <div class="schema-item-fields">
            <Part
              schema={item}
              name={`${place + 1}`}
              value={each}
              onChange={(next) => onChange(list.map((old, at) => (at === place ? next : old)))}
            />
          </div>
          <IconButton
            icon="close"
            label={t().actions.remove}
            onClick={() => onChange(list.filter((_old, at) => at !== place))}
          />
        </div>
      ))}
      <Button icon="plus" onClick={() => onChange([...list, empty])}>
        {t().actions.add}
      </Button>
    </fieldset>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
