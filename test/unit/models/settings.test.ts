import { ConfigError, loadConfig } from '../../../src/platform/config.js';
import { modelSettingsOf } from '../../../src/models/settings.js';

const settingsOf = (env: Record<string, string>) => modelSettingsOf(loadConfig(env));

test('nothing at all means the offline model', () => {
  expect(settingsOf({})).toMatchObject({ provider: 'offline', model: 'offline-composer' });
});

test.each([
  ['http://localhost:11434', 'http://localhost:11434/v1'],
  ['http://localhost:11434/', 'http://localhost:11434/v1'],
  ['http://localhost:8080/v1/', 'http://localhost:8080/v1'],
  ['https://gateway.example/openai/v1', 'https://gateway.example/openai/v1'],
])('%s alone is enough for a local server', (given, baseUrl) => {
  expect(settingsOf({ LLM_BASE_URL: given })).toMatchObject({
    provider: 'openai-compatible',
    baseUrl,
    model: 'auto',
  });
});

test('a provider brings its standard model, and everything can be set', () => {
  expect(settingsOf({ LLM_PROVIDER: 'anthropic', LLM_API_KEY: 'k' }).model).toMatch(/^claude/);
  expect(
    settingsOf({
      LLM_PROVIDER: 'openai',
      LLM_API_KEY: 'k',
      LLM_MODEL: 'm',
      LLM_FALLBACK_MODELS: 'a, b',
      LLM_CONCURRENCY: '3',
    }),
  ).toMatchObject({ model: 'm', fallbackModels: ['a', 'b'], concurrency: 3 });
});

test.each([
  [{ LLM_API_KEY: 'sk-canary-999' }, /whose key it is/],
  [{ LLM_PROVIDER: 'openai' }, /LLM_API_KEY/],
  [{ LLM_PROVIDER: 'openai-compatible' }, /LLM_BASE_URL/],
  [{ LLM_BASE_URL: 'http://me:sk-canary-999@host/' }, /user name or password/],
])('%j stops the start and shows no key', (env: Record<string, string>, message) => {
  expect(() => settingsOf(env)).toThrow(ConfigError);
  expect(() => settingsOf(env)).toThrow(message);
  try {
    settingsOf(env);
  } catch (error) {
    expect(String(error)).not.toContain('sk-canary-999');
  }
});
