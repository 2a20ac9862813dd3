import { useMemo } from 'preact/hooks';
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
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly maxLength?: number;
  readonly format?: string;
  readonly [member: string]: unknown;
}

interface SchemaFormProps {
  readonly schema: object;
  /** The data as JSON text, as drafts and the API have it. */
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Problems, by the place of the member: `facts.0.source`. */
  readonly faults?: Faults;
}

type Faults = Readonly<Record<string, string>>;

/** A form for data that has a schema. Text that is not data is edited as text. */
export function SchemaForm({ schema, text, onChange, faults = {} }: SchemaFormProps) {
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
        place={[]}
        value={data}
        required
        faults={faults}
        onChange={(next) => onChange(JSON.stringify(next, null, 2))}
      />
    </div>
  );
}

interface PartProps {
  readonly schema: Schema;
  readonly place: readonly string[];
  readonly value: unknown;
  /** A member that may be left out goes away when its field is emptied. */
  readonly required: boolean;
  readonly faults: Faults;
  /** Undefined takes the member out. */
  readonly onChange: (value: unknown) => void;
}

const LONG_TEXT = 60;

function Part(props: PartProps) {
  const { schema, value, onChange } = props;
  if (schema.enum !== undefined) return <ChoicePart {...props} />;
  switch (typeOf(schema, value)) {
    case 'object':
      return <ObjectPart {...props} />;
    case 'array':
      return <ListPart {...props} />;
    case 'boolean':
      return <CheckField label={labelOf(props)} checked={value === true} onChange={onChange} />;
    case 'number':
    case 'integer':
      return <NumberPart {...props} />;
    default:
      return <TextPart {...props} />;
  }
}

function ChoicePart(props: PartProps) {
  const { schema, value, required, onChange } = props;
  const choices = schema.enum ?? [];
  const isOpen = !required || value === undefined;
  const options = choices.map((each) => [String(each), String(each)] as const);
  return (
    <SelectField
      label={labelOf(props)}
      value={value === undefined ? '' : String(value)}
      options={isOpen ? [['', '–'], ...options] : options}
      required={required}
      onChange={(next) => onChange(choices.find((each) => String(each) === next))}
      {...wordsAt(props)}
    />
  );
}

function NumberPart(props: PartProps) {
  const { value, required, onChange } = props;
  return (
    <TextField
      label={labelOf(props)}
      type="number"
      required={required}
      value={typeof value === 'number' ? String(value) : ''}
      onChange={(next) => onChange(next === '' ? undefined : Number(next))}
      {...wordsAt(props)}
    />
  );
}

function TextPart(props: PartProps) {
  const { schema, value, required, onChange } = props;
  const text = String(value ?? '');
  // Its kind stays: a field that grows under the pen would lose the cursor.
  const isLong = useMemo(() => isLongText(schema, text), []);
  const shared = {
    label: labelOf(props),
    value: text,
    required,
    onChange: (next: string) => onChange(next === '' && !required ? undefined : next),
    ...wordsAt(props),
  };
  return isLong ? (
    <AreaField rows={Math.min(12, 3 + text.length / 90)} {...shared} />
  ) : (
    <TextField type={fieldTypes[schema.format ?? ''] ?? 'text'} {...shared} />
  );
}

const fieldTypes: Readonly<Record<string, 'date' | 'email' | 'url'>> = {
  date: 'date',
  email: 'email',
  uri: 'url',
};

function isLongText({ maxLength }: Schema, text: string): boolean {
  return (maxLength ?? 0) > LONG_TEXT || text.length > LONG_TEXT || text.includes('\n');
}

/** Members of a list are counted from one. */
function labelOf({ schema, place }: PartProps): string {
  const name = place.at(-1) ?? '';
  const number = /^\d+$/.test(name) ? String(Number(name) + 1) : undefined;
  return schema.title ?? number ?? wordsOf(name);
}

function wordsAt({ schema, place, faults }: PartProps): { hint?: string; fault?: string } {
  const fault = faults[place.join('.')];
  return {
    ...(schema.description !== undefined && { hint: schema.description }),
    ...(fault !== undefined && { fault }),
  };
}

/** A type that may be null is edited as the other one: an empty field takes the member out. */
function typeOf({ type }: Schema, value: unknown): string {
  const named = typeof type === 'string' ? type : type?.find((each) => each !== 'null');
  if (named !== undefined) return named;
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'object' : typeof value;
}

function ObjectPart(props: PartProps) {
  const { schema, place, value, faults, onChange } = props;
  const members = (value ?? {}) as Record<string, unknown>;
  const names = Object.keys(schema.properties ?? members);
  const inside = names.map((each) => (
    <Part
      key={each}
      schema={schema.properties?.[each] ?? {}}
      place={[...place, each]}
      value={members[each]}
      required={schema.required?.includes(each) === true}
      faults={faults}
      onChange={(next) => onChange({ ...members, [each]: next })}
    />
  ));
  if (place.length === 0) return <>{inside}</>;
  return (
    <fieldset>
      <legend>{labelOf(props)}</legend>
      {inside}
    </fieldset>
  );
}

function ListPart(props: PartProps) {
  const { schema, place, value, faults, onChange } = props;
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const item = schema.items ?? {};
  const empty = typeOf(item, list[0]) === 'object' ? {} : '';
  return (
    <fieldset>
      <legend>{labelOf(props)}</legend>
      {list.map((each, at) => (
        <div class="schema-item" key={at}>
          <div class="schema-item-fields">
            <Part
              schema={item}
              place={[...place, String(at)]}
              value={each}
              required
              faults={faults}
              onChange={(next) => onChange(list.map((old, other) => (other === at ? next : old)))}
            />
          </div>
          <IconButton
            icon="close"
            label={t().actions.remove}
            onClick={() => onChange(list.filter((_old, other) => other !== at))}
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

/** Text that is no longer data goes as it is: the API says what is wrong with it, and where. */
export function asData(text: string): string | Record<string, unknown> {
  const data = parse(text);
  return data === undefined ? text : (data as Record<string, unknown>);
}
