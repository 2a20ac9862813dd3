import { readFileSync } from 'node:fs';

/** Path of the bundle of `src/workflows/index.ts`, built once for the run: `createWorker({ workflowBundle: { codePath } })`. */
export function workflowBundlePath(): string {
  const path = process.env['SLUICE_TEST_WORKFLOW_BUNDLE'];
  if (path === undefined) throw new Error('run the tests with `npm test`: it builds their workflow bundle');
  if (path.endsWith('.error'))
    throw new Error(`the workflow bundle cannot be built: ${readFileSync(path, 'utf8')}`);
  return path;
}
