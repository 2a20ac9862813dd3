import v8 from 'node:v8';

const { createHook } = v8.promiseHooks;

/**
 * The SDK follows each promise of a process for the stack traces of the Web UI. That is a tenth of what a test
 * computes. Its hook has no `before`, unlike that of Node's AsyncLocalStorage. Worker processes keep it.
 */
v8.promiseHooks.createHook = (hooks) => (hooks.before === undefined ? () => undefined : createHook(hooks));
