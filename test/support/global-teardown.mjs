export default async function globalTeardown() {
  await globalThis.sluiceTestServers?.stop();
}
