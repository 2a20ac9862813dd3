// A supervisor in a process of its own, which a test kills. It starts a cluster in the given folder and prints
// its address.
import { loadDevModules } from './load-dev-modules.mjs';

const [folder] = process.argv.slice(2);
const dev = await loadDevModules();
const { url, port, part } = await dev.startPostgres({
  folder,
  logFile: `${folder}.log`,
  programs: dev.findPostgresPrograms(dev.standardSources(undefined)),
  durable: false,
});
dev.dispose();
console.log(JSON.stringify({ url, port, pid: part.pid }));
