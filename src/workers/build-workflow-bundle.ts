import { writeFile } from 'node:fs/promises';
import { workflowTracingModules } from '../platform/tracing/worker.js';
import { buildWorkflowBundle, builtBundlePath } from './workflow-bundle.js';

/** Run by `npm run build`, after the compiler: `node dist/workers/build-workflow-bundle.js`. */
await writeFile(builtBundlePath(false), await buildWorkflowBundle([]));
await writeFile(builtBundlePath(true), await buildWorkflowBundle(workflowTracingModules));
