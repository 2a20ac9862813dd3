import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly children: (props: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ComponentChildren;
}

/** A label, its control, what it means and what is wrong with it, tied together for everybody. */
export function Field({ label, hint, fault, children }: FieldProps) {
  const id = useId();
  const describedBy = [hint === undefined ? '' : `${id}-hint`, fault === undefined ? '' : `${id}-fault`]
    .join(' ')
    .trim();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
        'aria-invalid': fault !== undefined,
      })}
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault !== undefined && (
        <p class="field-fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly type?: 'text' | 'password' | 'number' | 'email' | 'date' | 'datetime-local' | 'url' | 'search';
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly autocomplete?: 'current-password' | 'off';
  readonly maxLength?: number;
}

export function TextField({ label, value, onChange, hint, fault, type = 'text', ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(tied) => (
        <input
          {...tied}
          class="input"
          type={type}
          value={value}
          placeholder={rest.placeholder}
          required={rest.required}
          autocomplete={rest.autocomplete}
          maxLength={rest.maxLength}
          dir="auto"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface AreaProps extends Omit<TextProps, 'type' | 'autocomplete'> {
  readonly rows?: number;
  readonly code?: boolean;
  readonly focus?: boolean;
}

export function AreaField({
  label,
  value,
  onChange,
  hint,
  fault,
  rows = 4,
  code = false,
  ...rest
}: AreaProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(tied) => (
        <textarea
          {...tied}
          class={code ? 'input input-code' : 'input'}
          rows={rows}
          value={value}
          placeholder={rest.placeholder}
          required={rest.required}
          maxLength={rest.maxLength}
          autofocus={rest.focus}
          dir="auto"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly fault?: string;
  readonly required?: boolean;
}

export function SelectField({ label, value, options, onChange, hint, fault, required }: SelectProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(tied) => (
        <select
          {...tied}
          class="input"
          value={value}
          required={required}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
