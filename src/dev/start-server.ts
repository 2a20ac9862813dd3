import { PartFailedError, type ProcessPart } from './parts/process-part.js';
import { sentenceFor, StartError } from './start-error.js';

/** Starts a server that keeps its data in `folder`. Where its last words have a plain meaning, they are said plainly. */
export async function startServer(part: ProcessPart, folder: string): Promise<void> {
  try {
    await part.start();
  } catch (error) {
    const sentence = error instanceof PartFailedError ? sentenceFor(error.output, folder) : undefined;
    throw sentence === undefined ? error : new StartError(sentence);
  }
}
