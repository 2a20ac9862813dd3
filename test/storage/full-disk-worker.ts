import { createFileLinks } from '../../src/crypto/file-links.js';
import { createLocalObjectStore } from '../../src/platform/objects/local.js';

/** Run under a limit of what it may write: puts ten megabytes and says what came of it. */
const [folder = ''] = process.argv.slice(2);
const store = createLocalObjectStore({ folder, links: createFileLinks({ current: 'x'.repeat(32) }) });

async function* content(): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < 100; piece += 1) yield Buffer.alloc(100_000, piece);
}

const fault: unknown = await store
  .put('results/job_1/abc', content(), { contentType: 'text/plain' })
  .catch((error: unknown) => error);
process.stdout.write(JSON.stringify(fault));
