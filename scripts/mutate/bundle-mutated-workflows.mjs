import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };

/** Writes the workflow bundle with `text` in place of one source into `folder`, and returns its path. */
export async function bundleMutatedWorkflows({ root, folder, file, text }) {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'src/workflows/index.ts'),
    logger: quiet,
    webpackConfigHook: (config) => {
      const loader = { loader: join(root, 'scripts/mutate/mutated-source-loader.mjs'), options: { text } };
      config.module.rules.push({ resource: join(root, file), enforce: 'pre', use: [loader] });
      return config;
    },
  });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'workflow-bundle.js');
  writeFileSync(path, code);
  return path;
}
