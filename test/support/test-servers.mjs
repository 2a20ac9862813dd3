import { prepareWorkflowBundle } from './prepare-workflow-bundle.mjs';

/** Fills the environment of the test processes; a variable that is already set is left alone and its server is used. */
export async function startTestServers() {
  for (const name of ['SLUICE_TEST_DATABASE_URL', 'SLUICE_TEST_TEMPORAL_ADDRESS']) {
    if (!process.env[name]) throw new Error(`${name} is not set`);
  }
  process.env.SLUICE_TEST_WORKFLOW_BUNDLE = await prepareWorkflowBundle();
  return { stop: () => Promise.resolve() };
}
