import { chooseLanguage, chosenLanguage, t } from '../app/i18n';
import { isAdmin, me } from '../app/me';
import { usePageTitle } from '../app/page-title';
import { signOut } from '../sign-in/sign-in';
import { theme, themes } from '../app/theme';
import { toastProblem } from '../app/toasts';
import { Button } from '../ui/button';
import { PushSection } from './push-section';

/** The person's profile, and the look and language of the console. */
export function SettingsPage() {
  const words = t().settings;
  usePageTitle(t().nav.settings);
  return (
    <div class="page page-narrow">
      <h1>{t().nav.settings}</h1>
      <section class="settings-part">
        <h2>{words.you}</h2>
        <dl class="facts">
          <div>
            <dt>{words.name}</dt>
            <dd dir="auto">{me.value?.name}</dd>
          </div>
          <div>
            <dt>{words.email}</dt>
            <dd dir="auto">{me.value?.email}</dd>
          </div>
          <div>
            <dt>{words.role}</dt>
            <dd>{me.value?.role}</dd>
          </div>
        </dl>
        <Button icon="signout" onClick={() => void signOut().catch(toastProblem)}>
          {words.signOut}
        </Button>
      </section>
      <section class="settings-part">
        <h2>{words.looks}</h2>
        <Choice
          label={words.theme}
          options={themes.map((each) => [each, words.themes[each]] as const)}
          chosen={theme.value}
          onChoose={(next) => (theme.value = next)}
        />
        <Choice
          label={words.language}
          options={[['', words.asBrowser] as const, ['en', 'English'] as const, ['ja', '日本語'] as const]}
          chosen={chosenLanguage.value ?? ''}
          onChoose={(next) => chooseLanguage(next === '' ? null : next)}
        />
      </section>
      {isAdmin() && <PushSection />}
      <section class="settings-part">
        <h2>{words.elsewhere}</h2>
        <ul class="links">
          <li>
            <a href="/docs" target="_blank" rel="noopener">
              {words.apiReference}
            </a>
          </li>
          {me.value?.links.temporal != null && (
            <li>
              <a href={me.value.links.temporal} target="_blank" rel="noopener noreferrer">
                Temporal Web UI
              </a>
            </li>
          )}
        </ul>
      </section>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ label, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <div class="choice">
      <span class="choice-label">{label}</span>
      <div class="segments" role="group" aria-label={label}>
        {options.map(([value, text]) => (
          <button key={value} type="button" aria-pressed={value === chosen} onClick={() => onChoose(value)}>
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}
