import { useSignal } from '@preact/signals';
import { useDraft } from '../app/drafts';
import { language, t } from '../app/i18n';
import { useAddress } from '../app/location';
import { isProblem } from '../app/problem';
import type { NewSession, TemplateSummary } from '../app/types';
import { useAction } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { AreaField, CheckField, SelectField, TextField } from '../ui/field';
import { Loaded } from '../ui/panel';
import { inputOf, SessionInput, useInputDraft } from './session-input';
import { startSession, useTemplates } from './session-list-queries';

type Text = TemplateSummary['title'];

const inLanguage = (text: Text): string => (typeof text === 'string' ? text : text[language.value]);

/** Starts a session: a topic and a template are enough, everything else has a default that the form names. */
export function StartDialog({ onClose }: { readonly onClose: () => void }) {
  const words = t().sessions;
  const address = useAddress();
  const templates = useTemplates();
  const topic = useDraft('start.topic');
  const chosen = useSignal('viral-content');
  const template = templates.data?.items.find(({ name }) => name === chosen.value);
  const input = useInputDraft(template);
  const options = useSignal(noOptions);
  const { busy, run } = useAction();
  const faults = useSignal<Readonly<Record<string, string>>>({});
  const start = async (): Promise<void> => {
    const create = async (): Promise<void> => {
      faults.value = {};
      const body = bodyOf(options.value, {
        topic: topic.text.value,
        template: chosen.value,
        input: inputOf(template, input.text.value),
      });
      const { id } = await startSession(body);
      topic.forget();
      input.forget();
      address.go(`/sessions/${id}`);
    };
    const shows = (error: unknown): boolean => {
      if (!isProblem(error, 'validation_error')) return false;
      faults.value = Object.fromEntries(
        (error.problem.errors ?? []).map(({ path, message }) => [path, message]),
      );
      return true;
    };
    await run(create, { done: words.started, shows });
  };
  const footer = (
    <DialogChoice
      onClose={onClose}
      type="submit"
      form="start-session"
      busy={busy.value}
      disabled={topic.text.value.trim() === ''}
    >
      {words.start}
    </DialogChoice>
  );
  return (
    <Dialog title={words.start} wide onClose={onClose} footer={footer}>
      <form
        id="start-session"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <AreaField
          label={words.topic}
          hint={words.topicHint}
          rows={3}
          focus
          value={topic.text.value}
          onChange={topic.set}
          fault={elsewhere(faults.value)}
        />
        <Loaded query={templates}>
          {({ items }) => (
            <TemplateChoice
              templates={items}
              chosen={chosen.value}
              onChoose={(name) => (chosen.value = name)}
            />
          )}
        </Loaded>
        <SessionInput template={template} draft={input} faults={faults.value} />
        <Options options={options.value} onChange={(next) => (options.value = next)} />
      </form>
    </Dialog>
  );
}

/** Problems beside the material stand at the top, with the member's name. */
function elsewhere(faults: Readonly<Record<string, string>>): string | undefined {
  const others = Object.entries(faults).filter(([path]) => path.split('.')[0] !== 'input');
  return others.length === 0 ? undefined : others.map(([path, fault]) => `${path} ${fault}`).join('; ');
}

interface TemplateChoiceProps {
  readonly templates: readonly TemplateSummary[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

function TemplateChoice({ templates, chosen, onChoose }: TemplateChoiceProps) {
  return (
    <fieldset class="cards">
      <legend>{t().sessions.template}</legend>
      {templates.map(({ name, title, description, phases }) => (
        <label key={name} class="card">
          <input
            type="radio"
            name="template"
            value={name}
            checked={name === chosen}
            onChange={() => onChoose(name)}
          />
          <span class="card-title">{inLanguage(title)}</span>
          <span class="quiet">{inLanguage(description)}</span>
          <span class="quiet">{phases.map((phase) => inLanguage(phase.title)).join(' → ')}</span>
        </label>
      ))}
    </fieldset>
  );
}

type OnTimeout = NonNullable<NonNullable<NewSession['gate']>['onTimeout']>;

const noOptions = {
  model: '',
  autoProgressPhases: false,
  autoProgressSteps: true,
  timeoutHours: '',
  onTimeout: 'hold' as OnTimeout,
  maxTokens: '',
  maxCostUsd: '',
  tags: '',
};
type StartOptions = typeof noOptions;

interface OptionsProps {
  readonly options: StartOptions;
  readonly onChange: (options: StartOptions) => void;
}

function Options({ options, onChange }: OptionsProps) {
  const words = t().sessions;
  const set = (change: Partial<StartOptions>): void => onChange({ ...options, ...change });
  return (
    <details class="decision-more">
      <summary>{words.options}</summary>
      <div class="grid-2">
        <TextField
          label={words.model}
          hint={words.modelHint}
          value={options.model}
          onChange={(model) => set({ model })}
        />
        <TextField
          label={words.tags}
          hint={words.tagsHint}
          value={options.tags}
          onChange={(tags) => set({ tags })}
        />
        <TextField
          label={words.maxTokens}
          type="number"
          value={options.maxTokens}
          onChange={(maxTokens) => set({ maxTokens })}
        />
        <TextField
          label={words.maxCost}
          type="number"
          value={options.maxCostUsd}
          onChange={(maxCostUsd) => set({ maxCostUsd })}
        />
        <TextField
          label={words.timeout}
          type="number"
          value={options.timeoutHours}
          onChange={(timeoutHours) => set({ timeoutHours })}
        />
        <SelectField
          label={words.onTimeout}
          value={options.onTimeout}
          options={(['hold', 'approve', 'reject'] as const).map(
            (each) => [each, t().gate.onTimeout[each]] as const,
          )}
          onChange={(onTimeout) => set({ onTimeout: onTimeout as OnTimeout })}
        />
      </div>
      <CheckField
        label={words.autoSteps}
        checked={options.autoProgressSteps}
        onChange={(autoProgressSteps) => set({ autoProgressSteps })}
      />
      <CheckField
        label={words.autoPhases}
        checked={options.autoProgressPhases}
        onChange={(autoProgressPhases) => set({ autoProgressPhases })}
      />
    </details>
  );
}

function bodyOf(
  options: StartOptions,
  { topic, template, input }: Pick<NewSession, 'topic' | 'template' | 'input'>,
): NewSession {
  const tags = options.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  const budget = {
    ...(options.maxTokens === '' ? {} : { maxTokens: Number(options.maxTokens) }),
    ...(options.maxCostUsd === '' ? {} : { maxCostUsd: Number(options.maxCostUsd) }),
  };
  return {
    topic,
    template,
    autoProgressSteps: options.autoProgressSteps,
    autoProgressPhases: options.autoProgressPhases,
    ...(input === undefined ? {} : { input }),
    ...(options.model.trim() === '' ? {} : { model: options.model.trim() }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
    ...(options.timeoutHours === ''
      ? {}
      : {
          gate: {
            timeoutSeconds: Math.round(Number(options.timeoutHours) * 3_600),
            onTimeout: options.onTimeout,
          },
        }),
  };
}
