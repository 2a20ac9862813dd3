import { useDraft, type Draft } from '../app/drafts';
import { t } from '../app/i18n';
import type { TemplateSummary } from '../app/types';
import { AreaField } from '../ui/field';
import { SchemaForm } from '../ui/schema-form';

const NOTHING = '{}';

/** Templates that take any material share a draft; one with a schema has its own. */
export function useInputDraft(template: TemplateSummary | undefined): Draft {
  const ofItsOwn = template?.inputSchema !== undefined;
  return useDraft(ofItsOwn ? `start.input.${template.name}` : 'start.input', ofItsOwn ? NOTHING : '');
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
  if (template?.inputSchema === undefined) return text.trim() === '' ? undefined : text;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The API says what is wrong with it.
    return text;
  }
}
