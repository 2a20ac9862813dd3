import { useDraft, type Draft } from '../app/drafts';
import { t } from '../app/i18n';
import type { TemplateSummary } from '../app/types';
import { AreaField } from '../ui/field';
import { asData, SchemaForm } from '../ui/schema-form';

/** Templates that take any material share a draft. A template with a schema has its own, which begins with its defaults. */
export function useInputDraft(template: TemplateSummary | undefined): Draft {
  const schema = template?.inputSchema;
  const name = schema === undefined ? 'start.input' : `start.input.${template?.name}`;
  return useDraft(name, schema === undefined ? '' : JSON.stringify(defaultsOf(schema)));
}

function defaultsOf(schema: object): Record<string, unknown> {
  const { properties = {} } = schema as {
    readonly properties?: Readonly<Record<string, { default?: unknown }>>;
  };
  const given = Object.entries(properties).filter(([, member]) => member.default !== undefined);
  return Object.fromEntries(given.map(([name, member]) => [name, member.default]));
}

interface SessionInputProps {
  readonly template: TemplateSummary | undefined;
  readonly draft: Draft;
  /** By the place in the request: `input.audience`. */
  readonly faults: Readonly<Record<string, string>>;
}

/** The material of a session: a form where its template says what it wants, else free text. */
export function SessionInput({ template, draft, faults }: SessionInputProps) {
  const words = t().sessions;
  if (template?.inputSchema === undefined) {
    return (
      <AreaField
        label={words.input}
        hint={words.inputHint}
        rows={3}
        value={draft.text.value}
        onChange={draft.set}
        fault={faults['input']}
      />
    );
  }
  const inside = Object.entries(faults).map(
    ([path, fault]) => [path.replace(/^input\./, ''), fault] as const,
  );
  return (
    <fieldset>
      <legend>{words.input}</legend>
      <SchemaForm
        key={template.name}
        schema={template.inputSchema}
        text={draft.text.value}
        onChange={draft.set}
        faults={Object.fromEntries(inside)}
      />
      {faults['input'] !== undefined && <p class="field-fault">{faults['input']}</p>}
    </fieldset>
  );
}

/** The material as the API takes it; undefined when there is none. */
export function inputOf(
  template: TemplateSummary | undefined,
  text: string,
): string | Record<string, unknown> | undefined {
  if (template?.inputSchema !== undefined) return asData(text);
  return text.trim() === '' ? undefined : text;
}
