import { useSignal } from '@preact/signals';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { Mark } from '../ui/mark';
import { ProblemNote } from '../ui/panel';
import { t } from '../app/i18n';
import { hasEnded } from '../app/me';
import { usePageTitle } from '../app/page-title';
import { useAction } from '../app/use-action';
import { entryProblem, readMe, refusedAs, signIn } from './sign-in';

export function SignInPage() {
  const words = t().signIn;
  const apiKey = useSignal('');
  const { busy, run } = useAction();
  usePageTitle(words.title);
  const submit = (): Promise<boolean> =>
    run(() => signIn(apiKey.value.trim()), {
      shows: (error) => {
        entryProblem.value = refusedAs('key', error);
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
        <Entry />
        <Button kind="primary" type="submit" busy={busy.value} disabled={apiKey.value.trim() === ''}>
          {words.submit}
        </Button>
        <p class="quiet">{words.link}</p>
      </form>
    </main>
  );
}

/** Why nobody is signed in. An API that does not answer is asked again: a key would not help. */
function Entry() {
  if (entryProblem.value === null) {
    return hasEnded.value ? <p class="note note-waiting">{t().problems.byCode.unauthenticated}</p> : null;
  }
  const { error, refused } = entryProblem.value;
  if (refused !== undefined) return <ProblemNote error={error} text={t().signIn.refused[refused]} />;
  return <ProblemNote error={error} onRetry={() => void readMe()} />;
}
