import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkerOptions } from '@temporalio/worker';

/** Beside the compiled code. A traced bundle costs every activation a little, so there is one with and one without. */
export function builtBundlePath(traced: boolean): string {
  return fileURLToPath(new URL(`../workflow-bundle${traced ? '-traced' : ''}.js`, import.meta.url));
}

/** The registry: compiled where there is a build, else the source, which the bundler reads as well. */
function registryPath(): string {
  const compiled = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
  return existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts');
}

/** The code that runs in the workflow sandbox, as one file. `tracingModules` and the converter become part of it. */
export async function buildWorkflowBundle(
  tracingModules: readonly string[],
  failureConverterPath?: string,
): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: registryPath(),
    workflowInterceptorModules: [...tracingModules],
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  return code;
}

/**
 * Built ahead it is there in milliseconds. Without a build, or with a failure converter, making it takes about a
 * second.
 */
export async function loadWorkflowBundle(
  tracingModules: readonly string[],
  failureConverterPath?: string,
): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const codePath = builtBundlePath(tracingModules.length > 0);
  if (failureConverterPath === undefined && existsSync(codePath)) return { codePath };
  return { code: await buildWorkflowBundle(tracingModules, failureConverterPath) };
}
