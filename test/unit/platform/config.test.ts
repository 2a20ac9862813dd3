import { ConfigError, loadConfig } from '../../../src/platform/config.js';
import { variables } from '../../../src/platform/config/variables.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('an empty environment gives a frozen configuration with its defaults', () => {
  const config = loadConfig({});
  expect(Object.isFrozen(config)).toBe(true);
  expect(config).toMatchObject({
    home: '.sluice',
    port: undefined,
    workerPollIntervalMs: 5_000,
    noOpen: false,
  });
});

test('an empty variable counts as unset', () => {
  expect(loadConfig({ PORT: '', NO_OPEN: '' })).toMatchObject({ port: undefined, noOpen: false });
});

test.each([
  ['PORT', 'abc', 'PORT: given "abc", allowed: a port number from 1 to 65535'],
  ['PORT', '0', 'PORT: given "0", allowed: a port number from 1 to 65535'],
  ['PORT', '3000x', 'PORT: given "3000x", allowed: a port number from 1 to 65535'],
  ['NO_OPEN', 'yes', 'NO_OPEN: given "yes", allowed: true or false'],
  [
    'RESULT_INLINE_MAX_BYTES',
    '-1',
    'RESULT_INLINE_MAX_BYTES: given "-1", allowed: a whole number from 0 to 16777216',
  ],
  [
    'REDIS_URL',
    'http://x',
    'REDIS_URL: given a value that is not shown, allowed: a URL that begins with redis:// or rediss://',
  ],
])('%s=%s stops the start and says what is allowed', (name, given, sentence) => {
  expect(problemsOf({ [name]: given })).toEqual([sentence]);
});

test('every wrong variable is named at once', () => {
  expect(problemsOf({ PORT: 'x', TEMPORAL_PORT: 'y' })).toHaveLength(2);
});

test.each(Object.values(variables).filter((variable) => variable.secret))(
  'the value of $env is never shown when it is wrong',
  (variable) => {
    const problems = problemsOf({ [variable.env]: 'canary' });
    expect(problems.join()).not.toContain('canary');
  },
);

test('no two rows of the table read the same variable', () => {
  const names = Object.values(variables).map((variable) => variable.env);
  expect(new Set(names).size).toBe(names.length);
});
