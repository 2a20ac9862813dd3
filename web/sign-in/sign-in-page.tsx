import { useSignal } from '@preact/signals';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { Mark } from '../ui/mark';
import { ProblemNote } from '../ui/panel';
import { t } from '../app/i18n';
import { usePageTitle } from '../app/page-title';
import { useAction } from '../app/use-action';
import { entryProblem, signIn } from './sign-in';

export function SignInPage() {
  const words = t().signIn;
  const apiKey = useSignal('');
  const { busy, run } = useAction();
  usePageTitle(words.title);
  const submit = (): Promise<boolean> =>
    run(() => signIn(apiKey.value.trim()), {
      shows: (error) => {
        entryProblem.value = error;
        return true;
      },
    });
  return (
    <main class="sign-in" id="main">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Mark size={36} />
        <h1>{words.title}</h1>
        <p class="quiet">{words.text}</p>
        <TextField
          label={words.apiKey}
          type="password"
          autocomplete="current-password"
          placeholder="slk_…"
          value={apiKey.value}
          onChange={(value) => (apiKey.value = value)}
        />
        {entryProblem.value !== null && <ProblemNote error={entryProblem.value} />}
        <Button kind="primary" type="submit" busy={busy.value} disabled={apiKey.value.trim() === ''}>
          {words.submit}
        </Button>
        <p class="quiet">{words.link}</p>
      </form>
    </main>
  );
}
