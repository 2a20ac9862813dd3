import { useState } from 'preact/hooks';
import { call, messageOf } from './api';

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [apiKey, setApiKey] = useState('');
  const [problem, setProblem] = useState('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await call('POST', '/api/v1/session', { apiKey: apiKey.trim() });
      onSignedIn();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <form class="card narrow" onSubmit={(event) => void submit(event)}>
      <h1>Sluice</h1>
      <p>
        Sign in with an API key. <code>npm start</code> prints a link that signs you in, and writes keys to{' '}
        <code>dev.json</code>.
      </p>
      <label>
        API key
        <input
          type="password"
          autocomplete="current-password"
          value={apiKey}
          onInput={(event) => setApiKey(event.currentTarget.value)}
        />
      </label>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" disabled={apiKey.trim() === ''}>
        Sign in
      </button>
    </form>
  );
}
