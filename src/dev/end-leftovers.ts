import { endMarked } from './leftovers.js';

/** The program that the watcher becomes. Its argument is the mark of the start whose supervisor is gone. */
const [mark] = process.argv.slice(2);
if (mark !== undefined) await endMarked(mark);
