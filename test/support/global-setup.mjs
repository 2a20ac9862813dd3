import { startTestServers } from './servers/test-servers.mjs';

/** Servers and the workflow bundle are made once for a run; test files find them through the environment. */
export default async function globalSetup() {
  globalThis.sluiceTestServers = await startTestServers();
}
